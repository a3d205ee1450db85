#include "insight/overview_json.hpp"

#include <boost/json/array.hpp>

#include "base/encoding.hpp"
#include "base/json_values.hpp"

namespace llmapikey {

namespace json = boost::json;

namespace {

json::object to_json(const DayStatistics& day) {
    return {{"day", day.day}, {"issued", day.issued}, {"ended", day.ended}, {"spent_usd", day.spent.usd()}};
}

json::object to_json(const Failure& failure) {
    return {{"what", failure.what},
            {"first_at", base::to_rfc3339(failure.first_at)},
            {"last_at", base::to_rfc3339(failure.last_at)},
            {"times", failure.times}};
}

}  // namespace

json::object to_json(const Overview& overview) {
    json::object object;
    object["now"] = base::to_rfc3339(overview.now);
    object["live"] = overview.counts.live;
    object["waiting"] = overview.counts.waiting;
    object["pending"] = overview.counts.pending;
    object["ambiguous"] = overview.counts.ambiguous;
    object["revoking"] = overview.counts.revoking;
    object["replacing"] = overview.counts.replacing;
    object["disabled"] = overview.counts.disabled;
    object["missing"] = overview.counts.missing;
    object["usable"] = overview.usable_keys;
    object["expired"] = overview.expired_keys;
    object["room"] = overview.room ? json::value(*overview.room) : json::value(nullptr);
    object["exposure_per_day_usd"] = base::amount_or_null(overview.exposure_per_day);
    object["exposure_until_expiry_usd"] = base::amount_or_null(overview.exposure_until_expiry);
    object["last_expiry"] = base::time_or_null(overview.last_expiry);
    object["figures_at"] = base::time_or_null(overview.figures_at);
    object["spent_today_usd"] = base::amount_or_null(overview.spent_today);
    object["spending_at"] = base::time_or_null(overview.spending_at);
    object["credits_left_usd"] = base::amount_or_null(overview.credits_left);
    object["credits_at"] = base::time_or_null(overview.credits_at);
    object["credits_outlook"] = to_text(overview.credits_outlook.kind);
    object["credits_end"] = base::time_or_null(overview.credits_outlook.end);
    object["keys_to_honor"] = overview.keys_to_honor ? json::value(*overview.keys_to_honor) : json::value(nullptr);
    object["upstream_at"] = base::time_or_null(overview.spending_at);
    object["upstream_problem"] = upstream_problem_of(overview);
    object["reconciled_at"] = base::time_or_null(overview.reconciled_at);
    object["reconciled"] = overview.reconciled;
    object["reconcile_problem"] = overview.reconcile_problem;
    json::array days, failures;
    for (const DayStatistics& day : overview.days)
        days.push_back(to_json(day));
    for (const Failure& failure : overview.failures)
        failures.push_back(to_json(failure));
    object["days"] = std::move(days);
    object["failures"] = std::move(failures);
    return object;
}

}  // namespace llmapikey
