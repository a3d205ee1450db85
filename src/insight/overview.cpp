#include "insight/overview.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "insight/rankings_json.hpp"

namespace llmapikey {
namespace {

constexpr int failures_shown = 10;
// It is taken every half minute, with very many keys less often.
constexpr base::Seconds exposure_age_max{std::chrono::minutes{30}};

std::optional<std::int64_t> number_of(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::nullopt : base::parse_whole_number(found->second.value);
}

std::optional<base::Timestamp> noted(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? std::nullopt : std::optional(found->second.noted_at);
}

std::string text_of(const Facts& facts, const char* name) {
    const auto found = facts.find(name);
    return found == facts.end() ? "" : found->second.value;
}

// Nullopt: not known, or noted too long ago.
std::optional<base::MicroUsd> amount_of(const Facts& facts, const char* name, base::Timestamp oldest) {
    const auto found = facts.find(name);
    if (found == facts.end() || found->second.noted_at < oldest) return std::nullopt;
    const auto number = base::parse_whole_number(found->second.value);
    return number ? std::optional(base::MicroUsd{*number}) : std::nullopt;
}

void read_exposure(const Facts& facts, Overview& overview) {
    const base::Timestamp oldest = overview.now - exposure_age_max;
    overview.figures_at = noted(facts, fact::figures);
    overview.usable_keys = number_of(facts, fact::usable_keys).value_or(0);
    overview.expired_keys = number_of(facts, fact::expired_keys).value_or(0);
    overview.exposure_per_day = amount_of(facts, fact::exposure_per_day, oldest);
    overview.exposure_until_expiry = amount_of(facts, fact::exposure_until, oldest);
    overview.dead_deliveries = number_of(facts, fact::dead_deliveries);
    if (const auto last = number_of(facts, fact::last_expiry))
        overview.last_expiry = base::Timestamp{base::Seconds{*last}};
}

// Of a few thousand keys it takes milliseconds, and a page that is read after somebody has claimed
// a key or lost one does not tell what was before.
base::Result<void> take_exposure(StatisticsStore& store, Overview& overview) {
    const auto exposure = TRY(store.exposure(overview.now));
    overview.figures_at = overview.now;
    overview.usable_keys = exposure.usable_keys;
    overview.expired_keys = exposure.expired_keys;
    overview.exposure_per_day = exposure.per_day;
    overview.exposure_until_expiry = exposure.until_expiry;
    overview.last_expiry = exposure.last_expiry;
    return {};
}

void read_reconciliation(const Facts& facts, Overview& overview) {
    overview.reconciled_at = noted(facts, fact::reconciled);
    const auto summary = facts.find(fact::reconciled);
    if (summary != facts.end()) overview.reconciled = summary->second.value;
    overview.unremembered_keys = number_of(facts, fact::unremembered_keys).value_or(0);
    const auto note = facts.find(fact::unremembered_note);
    if (note != facts.end()) overview.unremembered_note = note->second.value;
    const auto problem = facts.find(fact::reconcile_problem);
    if (problem != facts.end()) overview.reconcile_problem = problem->second.value;
}

void read_amounts(const Facts& facts, base::Seconds spending_every, Overview& overview) {
    const base::Timestamp oldest = overview.now - amount_age_max(spending_every);
    overview.spending_at = noted(facts, fact::spending);
    overview.spending_problem = text_of(facts, fact::spending_problem);
    const bool is_known = overview.spending_at && *overview.spending_at >= oldest;
    if (is_known) overview.spent_today = overview.days.back().spent;
    overview.credits_at = noted(facts, fact::credits_total);
    overview.credits_problem = text_of(facts, fact::credits_problem);
    const auto total = amount_of(facts, fact::credits_total, oldest);
    const auto used = amount_of(facts, fact::credits_used, oldest);
    if (total && used) overview.credits_left = base::MicroUsd{total->value - used->value};
    overview.credits_outlook = credits_outlook({overview.credits_left, overview.exposure_per_day,
                                                is_known ? std::optional(overview.days) : std::nullopt, overview.now});
}

void read_rankings(const Facts& facts, Overview& overview) {
    const auto most = facts.find(fact::most_today);
    const auto today = std::chrono::floor<std::chrono::days>(overview.now);
    if (most != facts.end() && most->second.noted_at >= today) overview.most_today = spenders_of(most->second.value);
    overview.models = models_of(text_of(facts, fact::models));
    overview.models_at = noted(facts, fact::models);
}

void read_keys_to_honor(const Terms& terms, Overview& overview) {
    const std::int64_t promised = terms.daily_limit.value * terms.key_lifetime.count();
    if (promised <= 0 || !overview.credits_left || !overview.exposure_until_expiry) return;
    const std::int64_t uncommitted = overview.credits_left->value - overview.exposure_until_expiry->value;
    overview.keys_to_honor = std::max<std::int64_t>(uncommitted / promised, 0);
}

base::Result<void> read_days(StatisticsStore& store, int count, Overview& overview) {
    const auto today = std::chrono::floor<std::chrono::days>(overview.now);
    const auto first = today - std::chrono::days{count - 1};
    const auto known = TRY(store.days(first));
    for (auto day = first; day <= today; day += std::chrono::days{1}) {
        const std::string name = base::to_date(base::Timestamp{day});
        const auto found =
            std::find_if(known.begin(), known.end(), [&](const DayStatistics& each) { return each.day == name; });
        overview.days.push_back(found == known.end() ? DayStatistics{name, 0, 0, {}} : *found);
    }
    return {};
}

}  // namespace

std::string upstream_problem_of(const Overview& overview) {
    std::string problem;
    if (!overview.credits_problem.empty()) problem = "credits: " + overview.credits_problem;
    if (!overview.spending_problem.empty())
        problem += (problem.empty() ? "" : "; ") + ("spending: " + overview.spending_problem);
    return problem;
}

base::Seconds amount_age_max(base::Seconds read_every) {
    return read_every * 3 + base::Seconds{30};
}

base::Result<Overview> read_overview(StatisticsStore& store, const Terms& terms, base::Seconds spending_every,
                                     base::Timestamp now, int days) {
    Overview overview;
    overview.now = now;
    const auto counts = TRY(store.status_counts());
    overview.counts = counts;
    if (terms.max_total_keys > 0) overview.room = std::max<std::int64_t>(terms.max_total_keys - counts.live, 0);
    TRY(read_days(store, days, overview));
    const auto facts = TRY(store.facts());
    read_exposure(facts, overview);
    if (counts.live <= keys_summed_max) TRY(take_exposure(store, overview));
    read_reconciliation(facts, overview);
    read_amounts(facts, spending_every, overview);
    read_keys_to_honor(terms, overview);
    read_rankings(facts, overview);
    overview.failures = TRY(store.failures(failures_shown));
    return overview;
}

}  // namespace llmapikey
