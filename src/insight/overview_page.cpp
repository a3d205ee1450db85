#include "insight/overview_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "insight/health_words.hpp"
#include "insight/overview_views.hpp"
#include "spending/day_chart.hpp"

namespace llmapikey {
namespace {

constexpr const char* not_known = "not known";
constexpr int near_percent = 75;

// What the button beside the heading came to.
constexpr ResultText results[] = {
    {"paused", "New keys are paused. From now on nobody gets one.", true},
    {"resumed", "People can get keys again.", true},
};

std::string or_not_known(const std::optional<base::MicroUsd>& amount) {
    return amount ? base::to_money(*amount) : not_known;
}

std::optional<ShownAge> age_of(const std::optional<base::Timestamp>& time, base::Timestamp now) {
    return time ? std::optional(shown_age(*time, now)) : std::nullopt;
}

// Returns a part as 0 to 100; nullopt: there is no whole.
std::optional<int> percent_of(std::int64_t part, std::int64_t whole) {
    if (whole <= 0) return std::nullopt;
    const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    return static_cast<int>(std::clamp(percent, 0.0, 100.0));
}

std::string bar_kind_of(const std::optional<int>& percent) {
    return !percent || *percent < near_percent ? "" : *percent < 100 ? "near" : "full";
}

// One value of each day; the last day is today.
template <class ValueOf>
std::vector<DayValue> values_of(const Overview& overview, ValueOf value_of) {
    auto day = std::chrono::floor<std::chrono::days>(overview.now) - std::chrono::days{overview.days.size()};
    std::vector<DayValue> values;
    for (const DayStatistics& each : overview.days)
        values.push_back({day += std::chrono::days{1}, value_of(each)});
    return values;
}

Tile spent_today_of(const Overview& overview) {
    Tile tile;
    tile.value = or_not_known(overview.spent_today);
    if (!overview.exposure_per_day) return tile;
    // Keys that ended today have spent beside those that work now.
    const std::int64_t most =
        std::max(overview.exposure_per_day->value, overview.spent_today.value_or(base::MicroUsd{}).value);
    tile.of = "of at most " + base::to_money(base::MicroUsd{most});
    if (!overview.spent_today) return tile;
    tile.percent = percent_of(overview.spent_today->value, most);
    tile.bar_kind = bar_kind_of(tile.percent);
    return tile;
}

// What the keys that exist can cost from now on: no more than their caps, and no more than the
// credits that pay for them.
Tile worst_of(const Overview& overview, std::string_view provider) {
    const auto& caps = overview.exposure_until_expiry;
    const auto& credits = overview.credits_left;
    const bool do_credits_end_it = credits && (!caps || credits->value < caps->value);
    if (do_credits_end_it)
        return {base::to_money(std::max(*credits, base::MicroUsd{})), "",
                "Your " + std::string(provider) + " credits. No key can spend more, unless the account tops itself up.",
                std::nullopt, ""};
    const std::string until =
        overview.last_expiry ? " until the last one expires on " + long_date_text(*overview.last_expiry) : "";
    return {or_not_known(caps), "", caps ? "If every key uses its whole cap every day" + until + "." : "", std::nullopt,
            ""};
}

// Whoever waits for a key, or whose key is being made, has a seat and costs nothing yet.
std::string worst_when_full(const Overview& overview, const Terms& terms) {
    if (!overview.room || !overview.exposure_per_day) return "";
    const StatusCounts& counts = overview.counts;
    const std::int64_t awaited = counts.waiting + counts.pending + counts.ambiguous + counts.replacing;
    if (*overview.room + awaited == 0) return "";
    const std::int64_t per_day =
        overview.exposure_per_day->value + (*overview.room + awaited) * terms.daily_limit.value;
    return base::to_money(base::MicroUsd{per_day}) + " a day once all " + std::to_string(terms.max_total_keys) +
           " seats are taken.";
}

std::string pace_text(const CreditsOutlook& outlook) {
    if (outlook.kind == CreditsOutlook::Kind::until)
        return "At the pace of the last seven days: until " + long_date_text(*outlook.end) + ".";
    if (outlook.kind == CreditsOutlook::Kind::lasting)
        return "At the pace of the last seven days: more than ten years.";
    return "";
}

Tile credits_last_of(const Overview& overview, const ShownProvider& provider) {
    const std::string name(provider.name);
    if (!provider.tells_credits) return {not_known, "", name + " does not report its credits.", std::nullopt, ""};
    if (!overview.credits_left)
        return {not_known, "", overview.credits_at ? "" : "The service has not read them from " + name + " yet.",
                std::nullopt, ""};
    const std::string left = base::to_money(std::max(*overview.credits_left, base::MicroUsd{})) + " left. ";
    if (overview.credits_left->value <= 0)
        return {"used up", "", left + "No key can spend anything now.", std::nullopt, "full"};
    if (!overview.exposure_per_day || overview.exposure_per_day->value <= 0)
        return {base::to_money(*overview.credits_left), "left", pace_text(overview.credits_outlook), std::nullopt, ""};
    const std::int64_t days = overview.credits_left->value / overview.exposure_per_day->value;
    return {days < 1 ? "less than a day" : base::counted(days, "day"), days < 1 ? "" : "or longer",
            left + "This is if every key uses its whole cap. " + pace_text(overview.credits_outlook), std::nullopt, ""};
}

Tile claimed_of(const Overview& overview, const Terms& terms) {
    Tile tile;
    tile.value = std::to_string(overview.counts.live);
    if (terms.max_total_keys == 0) {
        tile.of = "without a limit";
        return tile;
    }
    tile.of = "of " + base::counted(terms.max_total_keys, "seat");
    tile.percent = percent_of(overview.counts.live, terms.max_total_keys);
    tile.note = *overview.room == 0 ? "All seats are taken." : base::counted(*overview.room, "seat") + " left.";
    return tile;
}

// Of the organizer's list, where there is one.
std::string not_claimed_words(const RosterCounts& counts) {
    if (counts.expected == 0) return "";
    if (counts.not_claimed() == 0) return "Everybody on your list has claimed a key.";
    const bool is_one = counts.not_claimed() == 1;
    return base::counted(counts.not_claimed(), "person", "people") + " on your list " + (is_one ? "has" : "have") +
           " not claimed yet";
}

void show_days(const Overview& overview, OverviewView& view) {
    const auto issued = values_of(overview, [](const auto& day) { return day.issued; });
    const auto spent = values_of(overview, [](const auto& day) { return day.spent.value; });
    const auto is_anything = [](const DayValue& day) { return day.value > 0; };
    view.spent_of_range = base::to_money(sum_of(spent));
    std::optional<ChartCap> most;
    if (overview.exposure_per_day && overview.exposure_per_day->value > 0) {
        const std::string text = base::to_money(*overview.exposure_per_day);
        most = ChartCap{overview.exposure_per_day->value, "most possible a day " + text, "most " + text};
    }
    if (std::ranges::any_of(spent, is_anything)) view.spent = day_chart(money_words("Spent per day"), spent, most);
    if (std::ranges::any_of(issued, is_anything))
        view.issued = day_chart(count_words("Keys created per day"), issued, std::nullopt);
}

void show_rankings(const Overview& overview, std::string_view provider, OverviewView& view) {
    for (const Spender& each : overview.most_today) {
        const std::string name = each.login.empty() ? "account " + each.github_user_id : each.login;
        const auto part = percent_of(each.spent.value, each.daily_limit.value);
        const std::string of = each.daily_limit.value > 0 ? "of " + base::to_cap(each.daily_limit) : "";
        view.most_today.push_back({name, "/admin/people/" + each.github_user_id, base::to_money(each.spent), of,
                                   part.value_or(100), bar_kind_of(part)});
    }
    const std::int64_t most = overview.models.empty() ? 0 : overview.models.front().spent.value;
    for (const ModelSpending& each : overview.models)
        view.models.push_back({each.model.empty() ? "all others" : each.model, "", base::to_money(each.spent),
                               base::grouped(each.requests) + (each.requests == 1 ? " request" : " requests"),
                               percent_of(each.spent.value, most).value_or(0), ""});
    view.models_note = "All of your account at " + std::string(provider) + ", the last 30 finished days.";
}

// How many days the chart shows: 7, 30 (where nothing or nonsense is asked for) or 90.
int days_asked_for(const Context& context) {
    const std::string days = Form(context.request.query).value("days");
    return days == "7" ? 7 : days == "90" ? 90 : overview_days;
}

}  // namespace

bool OverviewPage::is_own_field(std::string_view name, std::string_view value) {
    const auto is_it = [&](const ResultText& each) { return each.result == value; };
    return name == "days" || (name == "result" && std::ranges::any_of(results, is_it));
}

net::Response OverviewPage::show(const Context& context) const {
    const int days = days_asked_for(context);
    const Terms now = terms.known();
    const auto overview = read_overview(statistics, now, context.shared.settings.spending_poll, clock.now(), days);
    if (!overview) return error_response(context, overview.error());
    OverviewView view;
    view.frame = make_frame(context);
    show_result(context, results, view.notice_good, view.notice_bad);
    view.is_resumable = context.shared.giveaway.shown()->is_resumable;
    const ShownProvider& provider = view.frame.provider;
    view.health = health_of(*overview, provider.name);
    view.fine = fine_words(*overview);
    view.compared = age_of(overview->reconciled_at, overview->now);
    view.spent_today = spent_today_of(*overview);
    view.worst = worst_of(*overview, provider.name);
    view.worst_when_full = worst_when_full(*overview, now);
    view.credits_last = credits_last_of(*overview, provider);
    view.claimed = claimed_of(*overview, now);
    const auto expected = roster.counts();
    if (!expected) return error_response(context, expected.error());
    view.not_claimed = not_claimed_words(*expected);
    view.spending_updated = age_of(overview->spending_at, overview->now);
    view.days_shown = days;
    show_days(*overview, view);
    show_rankings(*overview, provider.name, view);
    for (const Failure& failure : overview->failures)
        view.failures.push_back({minute_text(failure.last_at), std::to_string(failure.times), failure.what});
    view.problem = upstream_problem_of(*overview);
    view.reconciled = overview->reconciled;
    view.reconcile_problem = overview->reconcile_problem;
    view.unremembered = overview->unremembered_note;
    return html_response(200, render(view));
}

}  // namespace llmapikey
