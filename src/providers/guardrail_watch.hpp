#pragma once

#include <memory>
#include <mutex>

#include "base/clock.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// Keeps what the upstream last said about the guardrail of new keys, so that no page waits for the
// upstream. Thread-safe.
class GuardrailWatch {
public:
    // `is_configured` says whether a guardrail is configured; it counts only if the provider has
    // guardrails. All references must outlive this object.
    GuardrailWatch(KeyProvider& provider, const base::Clock& clock, bool is_configured, base::Seconds call_timeout)
        : guardrails_(is_configured ? provider.guardrails() : nullptr), clock_(clock), call_timeout_(call_timeout) {}

    bool is_configured() const { return guardrails_ != nullptr; }
    // Returns null if no guardrail is configured, or if it has not been read yet.
    std::shared_ptr<const Guardrail> known() const;

    // Asks the upstream if the last answer is no longer fresh. Returns whether the guardrail has
    // changed. If asking fails, the last known guardrail stays. Blocking; use one thread at a time.
    base::Result<bool> refresh_if_due();

private:
    Guardrails* const guardrails_;  // null: there is none to watch
    const base::Clock& clock_;
    const base::Seconds call_timeout_;
    base::Timestamp due_at_{};
    mutable std::mutex mutex_;
    std::shared_ptr<const Guardrail> known_;  // shared with pages that are being rendered from it
};

}  // namespace llmapikey
