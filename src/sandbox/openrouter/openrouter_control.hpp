#pragma once

#include <optional>
#include <string>

#include "net/http_types.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"
#include "sandbox/openrouter/openrouter_scene.hpp"
#include "sandbox/skewed_clock.hpp"

namespace llmapikey::sandbox {

// What tests ask of the look-alike itself (JSON). Not thread-safe: its owner locks.
//   GET /sandbox/ledger   every key ever created, newest first, without raw keys; "count" of them,
//       and the "calls" of the API. ?live=true, ?name_prefix=..., ?fields=hash,name,... say less.
//   POST /sandbox/spend {"hash","usd"[,"model"][,"byok"]}   as if the key had spent that, of a
//       provider's own key where "byok" is true; answers the key object.
//   POST /sandbox/seed {"count","name","created_seconds_ago","limit"} or {"names":[...], ...}
//       keys at once; "{}" in the name becomes a number from 1 on. Also "limit_reset",
//       "workspace_id", "expires_at" and "disabled". Answers {"created"}, and "hashes" where
//       "hashes":true asks.
//   GET, POST /sandbox/clock {"skew_seconds"}   how far the look-alike's time is ahead of ours.
//   POST /sandbox/management {"is_read_only","workspace_id"}   what the management key may do: what
//       is not named is not limited. What it may not do is answered with 403, also by a key's hash.
//   POST /sandbox/chat {"cause","times","is_structured"}   how so many chat completions are
//       answered, from now on: a cause of openrouter_refusals.hpp, or none; and whether
//       refusals say their limit_source.
class OpenRouterControl {
public:
    // All must outlive this.
    OpenRouterControl(OpenRouterLedger& ledger, SkewedClock& clock, const Faults& faults, OpenRouterScene& scene)
        : ledger_(ledger), clock_(clock), faults_(faults), scene_(scene) {}

    // nullopt: not one of these.
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
