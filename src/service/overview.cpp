#include "service/overview.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace llmapikey::service {
namespace {

constexpr std::chrono::days days_shown{30};
constexpr int failures_shown = 10;
constexpr base::Seconds shortest_pace{std::chrono::hours{1}};

std::optional<std::int64_t> number_of(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::nullopt : base::parse_whole_number(found->second.value);
}

std::optional<base::Timestamp> noted(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::nullopt : std::optional(found->second.noted_at);
}

base::MicroUsd amount_of(const Facts& facts, const char* name) {
    return base::MicroUsd{number_of(facts, name).value_or(0)};
}

void read_exposure(const Facts& facts, Overview& overview) {
    overview.figures_at = noted(facts, fact::figures);
    overview.usable_keys = number_of(facts, fact::usable_keys).value_or(0);
    overview.expired_keys = number_of(facts, fact::expired_keys).value_or(0);
    overview.exposure_per_day = amount_of(facts, fact::exposure_per_day);
    overview.exposure_until_expiry = amount_of(facts, fact::exposure_until);
    overview.dead_deliveries = number_of(facts, fact::dead_deliveries);
    if (const auto last = number_of(facts, fact::last_expiry))
        overview.last_expiry = base::Timestamp{base::Seconds{*last}};
}

// What is spent since midnight, as if it went on like this.
void read_pace(Overview& overview) {
    if (!overview.credits_left || overview.spent_today.value <= 0) return;
    const auto midnight = std::chrono::floor<std::chrono::days>(overview.now);
    const auto elapsed = std::max<base::Seconds>(overview.now - midnight, shortest_pace);
    const double per_second = static_cast<double>(overview.spent_today.value) / static_cast<double>(elapsed.count());
    const double seconds = static_cast<double>(std::max<std::int64_t>(overview.credits_left->value, 0)) / per_second;
    constexpr double ten_years = 10 * 365.25 * 86'400;
    if (seconds < ten_years) overview.credits_end = overview.now + base::Seconds{static_cast<std::int64_t>(seconds)};
}

void read_reconciliation(const Facts& facts, Overview& overview) {
    overview.reconciled_at = noted(facts, fact::reconciled);
    const auto summary = facts.find(fact::reconciled);
    if (summary != facts.end()) overview.reconciled = summary->second.value;
    const auto problem = facts.find(fact::reconcile_problem);
    if (problem != facts.end()) overview.reconcile_problem = problem->second.value;
}

void read_credits(const Facts& facts, const IssuancePolicy& policy, Overview& overview) {
    overview.upstream_at = noted(facts, fact::spending);
    const auto problem = facts.find(fact::upstream_problem);
    if (problem != facts.end()) overview.upstream_problem = problem->second.value;
    const auto total = number_of(facts, fact::credits_total);
    const auto used = number_of(facts, fact::credits_used);
    if (!total || !used) return;
    overview.credits_left = base::MicroUsd{*total - *used};
    const std::int64_t promised = policy.daily_limit.value * policy.key_lifetime.count();
    const std::int64_t uncommitted = overview.credits_left->value - overview.exposure_until_expiry.value;
    if (promised > 0 && overview.figures_at) overview.keys_to_honor = std::max<std::int64_t>(uncommitted / promised, 0);
    read_pace(overview);
}

base::Result<void> read_days(StatisticsStore& store, Overview& overview) {
    const auto today = std::chrono::floor<std::chrono::days>(overview.now);
    const auto known = store.days(today - days_shown + std::chrono::days{1});
    if (!known) return tl::unexpected(known.error());
    for (auto day = today - days_shown + std::chrono::days{1}; day <= today; day += std::chrono::days{1}) {
        const std::string name = base::to_rfc3339(base::Timestamp{day}).substr(0, 10);
        const auto found =
            std::find_if(known->begin(), known->end(), [&](const DayFigures& each) { return each.day == name; });
        overview.days.push_back(found == known->end() ? DayFigures{name, 0, 0, {}} : *found);
    }
    overview.spent_today = overview.days.back().spent;
    return {};
}

}  // namespace

base::Result<Overview> read_overview(StatisticsStore& store, const IssuancePolicy& policy, base::Timestamp now) {
    Overview overview;
    overview.now = now;
    const auto counts = store.status_counts();
    if (!counts) return tl::unexpected(counts.error());
    overview.counts = *counts;
    if (policy.max_total_keys > 0) overview.room = std::max<std::int64_t>(policy.max_total_keys - counts->live, 0);
    const auto days = read_days(store, overview);
    if (!days) return tl::unexpected(days.error());
    const auto facts = store.facts();
    if (!facts) return tl::unexpected(facts.error());
    read_exposure(*facts, overview);
    read_reconciliation(*facts, overview);
    read_credits(*facts, policy, overview);
    auto failures = store.failures(failures_shown);
    if (!failures) return tl::unexpected(failures.error());
    overview.failures = std::move(*failures);
    return overview;
}

}  // namespace llmapikey::service
