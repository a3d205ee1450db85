#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "insight/statistics.hpp"
#include "keys/admin_store.hpp"
#include "keys/reconciliation.hpp"
#include "providers/guardrails.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// Checks that the configured guardrail exists, allows what it did before, and covers the active
// keys: somebody can delete or change it upstream, or take keys out of it. Blocking; use one thread
// at a time.
class GuardrailCheck {
public:
    struct Options {
        Repair repair = Repair::report_only;  // fix: puts unguarded keys under the guardrail, and accepts a change
        base::Seconds call_timeout{15};
        base::Seconds every{600};  // between two looks, the last findings are reported again
        bool remembers = true;     // stores what the guardrail allows when it is first seen or accepted
    };
    // All references must outlive this object. `facts` stores the gauge of what the guardrail
    // allows. A null `guardrails` means that the provider has none; then nothing is ever found.
    GuardrailCheck(AdminStore& admin, StatisticsStore& facts, KeyProvider& provider, Guardrails* guardrails,
                   const base::Clock& clock, Options options)
        : admin_(admin),
          facts_(facts),
          provider_(provider),
          guardrails_(guardrails),
          clock_(clock),
          options_(options) {}

    // Adds the findings to `report`. Returns what failed, as text for the log; empty if nothing
    // failed.
    std::string run(ReconcileReport& report, const std::stop_token& stop);

private:
    base::Result<std::vector<std::uint64_t>> guarded_keys(const std::stop_token& stop);
    base::Result<void> look(const std::stop_token& stop);
    // Returns whether the guardrail exists. Adds a finding if it allows something else than when it
    // was first seen or last accepted.
    base::Result<bool> look_at_guardrail();
    base::Result<void> look_at_keys(const std::stop_token& stop);
    base::Result<void> judge(const Grant& grant);
    void add(Finding finding);
    std::string name() const { return std::string(provider_.traits().name); }
    std::string variable() const { return std::string(provider_.traits().variables.guardrail); }

    AdminStore& admin_;
    StatisticsStore& facts_;
    KeyProvider& provider_;
    Guardrails* const guardrails_;
    const base::Clock& clock_;
    const Options options_;
    std::optional<base::Timestamp> looked_at_;
    ReconcileReport found_;
};

}  // namespace llmapikey
