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

// Looks whether the guardrail that keys are to be under is there and allows what it did, and
// whether they are under it: somebody can delete or change it upstream, or take keys out. Blocking;
// for one thread at a time.
class GuardrailCheck {
public:
    struct Options {
        Repair repair = Repair::report_only;  // fix: puts keys that are under nothing under it, and accepts a change
        base::Seconds call_timeout{15};
        base::Seconds every{600};  // in between the last findings are given again
        bool remembers = true;     // what the guardrail allows, when it is seen first
    };
    // All must outlive this. `facts`: where it remembers what the guardrail allows. `guardrails`:
    // those of the provider; null: it has none, and nothing is ever found.
    GuardrailCheck(AdminStore& admin, StatisticsStore& facts, KeyProvider& provider, Guardrails* guardrails,
                   const base::Clock& clock, Options options)
        : admin_(admin),
          facts_(facts),
          provider_(provider),
          guardrails_(guardrails),
          clock_(clock),
          options_(options) {}

    // Adds what is found to the report. Gives what went wrong, for the log; empty: nothing.
    std::string run(ReconcileReport& report, const std::stop_token& stop);

private:
    base::Result<std::vector<std::uint64_t>> guarded_keys(const std::stop_token& stop);
    base::Result<void> look(const std::stop_token& stop);
    // Says whether it is there. It is a finding if it allows other than when it was first seen, or
    // last accepted.
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
