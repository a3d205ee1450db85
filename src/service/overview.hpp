#pragma once

#include <optional>
#include <string>
#include <vector>

#include "service/issuance.hpp"
#include "service/statistics.hpp"

namespace llmapikey::service {

// How the whole stands, from figures that are kept. Amounts that upstream has not told yet are missing.
struct Overview {
    base::Timestamp now;
    StatusCounts counts;
    std::int64_t usable_keys = 0, expired_keys = 0;
    std::optional<std::int64_t> room;  // under MAX_TOTAL_KEYS; nullopt: no limit
    base::MicroUsd exposure_per_day, exposure_until_expiry;
    std::optional<base::Timestamp> last_expiry;
    std::optional<base::Timestamp> figures_at;    // of usable_keys to last_expiry; nullopt: not taken yet
    std::optional<std::int64_t> dead_deliveries;  // of webhooks; nullopt: not counted yet
    base::MicroUsd spent_today;
    std::optional<base::MicroUsd> credits_left;
    std::optional<base::Timestamp> credits_end;    // at today's pace; nullopt: not at this pace, or not known
    std::optional<std::int64_t> keys_to_honor;     // further keys whose caps the credits cover until they expire
    std::optional<base::Timestamp> upstream_at;    // when upstream was asked last
    std::string upstream_problem;                  // empty: it answered
    std::optional<base::Timestamp> reconciled_at;  // when all of upstream's keys were compared last
    std::string reconciled;                        // what that came to
    std::string reconcile_problem;                 // why it failed since; empty: it did not
    std::vector<DayFigures> days;                  // each of the last 30, in order
    std::vector<Failure> failures;                 // the latest first
};

// Reads the figures; a few statements, none of which counts. Fails as the store does.
base::Result<Overview> read_overview(StatisticsStore& store, const IssuancePolicy& policy, base::Timestamp now);

}  // namespace llmapikey::service
