#pragma once

#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// What the upstream last said of the guardrail that new keys are put under, so that no page waits
// for the upstream. Thread-safe.
class GuardrailWatch {
public:
    // `is_configured`: whether there is one, provided that the provider has guardrails. All
    // references must outlive this.
    GuardrailWatch(KeyProvider& provider, const base::Clock& clock, bool is_configured, base::Seconds call_timeout)
        : guardrails_(is_configured ? provider.guardrails() : nullptr), clock_(clock), call_timeout_(call_timeout) {}

    bool is_configured() const { return guardrails_ != nullptr; }
    // Null: none is configured, or it is not known yet.
    std::shared_ptr<const Guardrail> known() const;

    // Asks the upstream if it is time to, and says whether something has changed. What is known
    // stays when asking fails. Blocking; for one thread at a time.
    base::Result<bool> refresh_if_due();

private:
    Guardrails* const guardrails_;  // null: there is none to watch
    const base::Clock& clock_;
    const base::Seconds call_timeout_;
    base::Timestamp due_at_{};
    mutable std::mutex mutex_;
    std::shared_ptr<const Guardrail> known_;  // shared with the pages that are being made of it
};

}  // namespace llmapikey
