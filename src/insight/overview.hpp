#pragma once

#include <optional>
#include <string>
#include <vector>

#include "insight/credits_outlook.hpp"
#include "insight/statistics.hpp"
#include "keys/terms.hpp"

namespace llmapikey {

// How the whole stands, from figures that are kept. Amounts that are not known, or that were read
// too long ago to be told as present, are missing; the time of their last reading is there all the
// same.
struct Overview {
    base::Timestamp now;
    StatusCounts counts;
    std::int64_t usable_keys = 0, expired_keys = 0;
    std::optional<std::int64_t> room;  // under MAX_TOTAL_KEYS; nullopt: no limit
    std::optional<base::MicroUsd> exposure_per_day, exposure_until_expiry;
    std::optional<base::Timestamp> last_expiry;
    std::optional<base::Timestamp> figures_at;    // of usable_keys to last_expiry; nullopt: not taken yet
    std::optional<std::int64_t> dead_deliveries;  // of webhooks; nullopt: not counted yet
    std::optional<base::MicroUsd> spent_today;
    std::optional<base::Timestamp> spending_at;  // when the spending of all keys was read last
    std::string spending_problem;                // why it could not be since; empty: it could
    std::optional<base::MicroUsd> credits_left;
    std::optional<base::Timestamp> credits_at;     // when credits were read last
    std::string credits_problem;                   // likewise
    CreditsOutlook credits_outlook;                // how long they last
    std::optional<std::int64_t> keys_to_honor;     // further keys whose caps the credits cover until they expire
    std::optional<base::Timestamp> reconciled_at;  // when all of upstream's keys were compared last
    std::string reconciled;                        // what that came to
    std::string reconcile_problem;                 // why it failed since; empty: it did not
    std::int64_t unremembered_keys = 0;            // upstream, left alone
    std::string unremembered_note;                 // what they are, and why; empty: there are none
    std::vector<DayStatistics> days;               // each of the last days, as many as were asked for, in order
    std::vector<Spender> most_today;               // who spent most today, the most first; empty: not known, or nobody
    std::vector<ModelSpending> models;             // spent with each model over the last 30 finished days
    std::optional<base::Timestamp> models_at;      // when that was read; nullopt: not yet
    std::vector<Failure> failures;                 // the latest first
};

// Why amounts could not be read; empty: they could.
std::string upstream_problem_of(const Overview& overview);

// After how long an amount is too old, where it is read so often (0: never).
base::Seconds amount_age_max(base::Seconds read_every);

inline constexpr int overview_days = 30;

// Up to so many keys, what they can cost is summed for each overview; of more, it is told as it was
// noted last.
inline constexpr std::int64_t keys_summed_max = 10'000;

// Reads the figures; a few statements, none of which counts more rows than that.
// `spending_every`: how often spending and credits are read. `days`: how many, at least 7. Fails as
// the store does.
base::Result<Overview> read_overview(StatisticsStore& store, const Terms& terms, base::Seconds spending_every,
                                     base::Timestamp now, int days = overview_days);

}  // namespace llmapikey
