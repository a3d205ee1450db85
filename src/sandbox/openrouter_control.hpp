#pragma once

#include <optional>
#include <string>

#include "net/http_types.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/openrouter_ledger.hpp"
#include "sandbox/skewed_clock.hpp"

namespace llmapikey::sandbox {

// What tests ask of the look-alike itself (JSON). Not thread-safe: its owner locks.
//   GET /sandbox/ledger   every key ever created, newest first, without raw keys; "count" of them, and the "calls" of
//       the API. ?live=true, ?name_prefix=..., ?fields=hash,name,... say less.
//   POST /sandbox/spend {"hash","usd"[,"model"]}   as if the key had spent that; answers the key object.
//   POST /sandbox/seed {"count","name","created_seconds_ago","limit"} or {"names":[...], ...}   keys at once; "{}" in
//       the name becomes a number from 1 on. Also "limit_reset", "workspace_id", "expires_at" and "disabled".
//       Answers {"created"}, and "hashes" where "hashes":true asks for them.
//   GET, POST /sandbox/clock {"skew_seconds"}   how far the look-alike's time is ahead of the real one.
class OpenRouterControl {
public:
    // All must outlive this.
    OpenRouterControl(OpenRouterLedger& ledger, SkewedClock& clock, const Faults& faults)
        : ledger_(ledger), clock_(clock), faults_(faults) {}

    // nullopt: not one of these.
    std::optional<net::Response> handle(const net::Request& request);

private:
    net::Response ledger_answer(std::string_view query) const;
    net::Response spend(std::string_view body);
    net::Response seed(std::string_view body);
    net::Response set_clock(std::string_view body);
    net::Response clock_answer() const;

    OpenRouterLedger& ledger_;
    SkewedClock& clock_;
    const Faults& faults_;
};

}  // namespace llmapikey::sandbox
