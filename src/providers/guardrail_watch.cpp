#include "providers/guardrail_watch.hpp"

namespace llmapikey {
namespace {

constexpr base::Seconds fresh_for{600};
constexpr base::Seconds retry_after_failure{10};

}  // namespace

std::shared_ptr<const Guardrail> GuardrailWatch::known() const {
    const std::lock_guard lock(mutex_);
    return known_;
}

base::Result<bool> GuardrailWatch::refresh_if_due() {
    const base::Seconds wait = due_at_ - clock_.now();
    const bool is_due = wait.count() <= 0 || wait > fresh_for;  // longer than that: the clock was set back
    if (guardrails_ == nullptr || !is_due) return false;
    auto guardrail = guardrails_->guardrail(base::Deadline::after(call_timeout_));
    due_at_ = clock_.now() + (guardrail ? fresh_for : retry_after_failure);
    if (!guardrail) return base::fail_in("reading the guardrail", guardrail.error());
    if (!*guardrail) return false;
    const std::lock_guard lock(mutex_);
    if (known_ != nullptr && *known_ == **guardrail) return false;
    known_ = std::make_shared<const Guardrail>(std::move(**guardrail));
    return true;
}

}  // namespace llmapikey
