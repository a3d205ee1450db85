#pragma once

#include <optional>
#include <string>

#include "net/http_types.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"
#include "sandbox/openrouter/openrouter_scene.hpp"
#include "sandbox/skewed_clock.hpp"

namespace llmapikey::sandbox {

// Serves the requests of tests to the look-alike itself (JSON). Not thread-safe: its owner locks.
//   GET /sandbox/ledger: every key ever created, newest first, without raw keys; their "count";
//       and the "calls" of the API. ?live=true and ?name_prefix=... select keys; ?fields=hash,...
//       selects fields.
//   POST /sandbox/spend {"hash","usd"[,"model"][,"byok"]}: books this as spent by the key, or by
//       a provider's own key if "byok" is true; answers the key object.
//   POST /sandbox/seed {"count","name","created_seconds_ago","limit"} or {"names":[...], ...}:
//       makes many keys at once; "{}" in the name becomes a number from 1 on. It also takes
//       "limit_reset", "workspace_id", "expires_at" and "disabled". Answers {"created"}, and
//       "hashes" if "hashes":true asks for them.
//   GET, POST /sandbox/clock {"skew_seconds"}: how far the look-alike's time is ahead of ours.
//   POST /sandbox/management {"is_read_only","workspace_id","is_of_another_account"}: limits the
//       management key; a field that is absent limits nothing. What the key may not do is answered
//       with 403, also for a key's hash. Another account's management key knows none of the keys.
//   POST /sandbox/chat {"cause","times","is_structured"}: how the next so many chat completions
//       are answered: a cause of openrouter_refusals.hpp, or none. "is_structured" says whether
//       refusals contain limit_source.
class OpenRouterControl {
public:
    // All references must outlive this object.
    OpenRouterControl(OpenRouterLedger& ledger, SkewedClock& clock, const Faults& faults, OpenRouterScene& scene)
        : ledger_(ledger), clock_(clock), faults_(faults), scene_(scene) {}

    // Returns nullopt if the request is none of these.
    std::optional<net::Response> handle(const net::Request& request);

private:
    net::Response ledger_answer(std::string_view query) const;
    net::Response spend(std::string_view body);
    net::Response seed(std::string_view body);
    net::Response set_clock(std::string_view body);
    net::Response clock_answer() const;
    net::Response set_rights(std::string_view body);
    net::Response set_chat(std::string_view body);

    OpenRouterLedger& ledger_;
    SkewedClock& clock_;
    const Faults& faults_;
    OpenRouterScene& scene_;
};

}  // namespace llmapikey::sandbox
