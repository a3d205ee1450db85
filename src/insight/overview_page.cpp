#include "insight/overview_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "insight/overview.hpp"
#include "insight/overview_views.hpp"
#include "spending/day_chart.hpp"

namespace llmapikey {
namespace {

std::string number_text(std::int64_t number) {
    return std::to_string(number);
}

std::string or_unknown(const std::optional<base::MicroUsd>& amount) {
    return amount ? base::to_money(*amount) : "unknown";
}

// When an amount was read last.
std::string read_at(const std::optional<base::Timestamp>& time) {
    return time ? "; read at " + minute_text(*time) : "; not read yet";
}

std::string outlook_text(const CreditsOutlook& outlook) {
    switch (outlook.kind) {
        case CreditsOutlook::Kind::unknown:
            return "unknown";
        case CreditsOutlook::Kind::used_up:
            return "used up";
        case CreditsOutlook::Kind::until:
            return date_text(*outlook.end);
        case CreditsOutlook::Kind::lasting:
            return "more than ten years";
    }
    return "";
}

// One value of each day.
template <class ValueOf>
std::vector<DayValue> values_of(const std::vector<DayStatistics>& days, ValueOf value_of) {
    std::vector<DayValue> values;
    for (const DayStatistics& day : days)
        values.push_back({day.day, value_of(day)});
    return values;
}

void show_counts(const Overview& overview, std::int64_t most, OverviewView& view) {
    const std::string provider(view.frame.provider.name);
    const StatusCounts& counts = overview.counts;
    view.figures = {{"Live keys", number_text(counts.live),
                     most > 0 ? "of " + number_text(most) + (most == 1 ? " place" : " places") : "no limit is set"},
                    {"Room left", overview.room ? number_text(*overview.room) : "no limit", ""},
                    {"Waiting for their turn", number_text(counts.waiting), "they have a place, and no key yet"},
                    {"Being made", number_text(counts.pending), ""},
                    {"In doubt", number_text(counts.ambiguous), provider + " did not say whether it made them"},
                    {"Being revoked", number_text(counts.revoking), ""},
                    {"Being replaced", number_text(counts.replacing), ""},
                    {"Switched off", number_text(counts.disabled), ""},
                    {"Gone upstream", number_text(counts.missing), "deleted at " + provider + " by somebody else"},
                    {"Expired", number_text(overview.expired_keys), "their places are freed within a minute"},
                    {"Usable now", number_text(overview.usable_keys), ""}};
}

// What follows from the credits, where the provider tells them.
std::vector<Metric> credits_of(const Overview& overview, const ShownProvider& provider) {
    const std::string at = "at " + std::string(provider.name);
    if (!provider.tells_credits) return {{"Credits left", "not told", at}};
    return {
        {"Credits left", or_unknown(overview.credits_left), at + read_at(overview.credits_at)},
        {"Credits last until", outlook_text(overview.credits_outlook),
         "at the pace of the last seven days, and no faster than all caps allow"},
        {"Keys you can honor beyond these", overview.keys_to_honor ? number_text(*overview.keys_to_honor) : "unknown",
         "so that the credits cover every cap until it expires"}};
}

void show_money(const Overview& overview, OverviewView& view) {
    view.money = {
        {"Greatest possible spend a day", or_unknown(overview.exposure_per_day), "every cap used up"},
        {"Greatest possible spend until the last expiry", or_unknown(overview.exposure_until_expiry),
         overview.last_expiry ? "the last key expires " + date_text(*overview.last_expiry) : "there is no key"}};
    for (Metric& figure : credits_of(overview, view.frame.provider))
        view.money.push_back(std::move(figure));
    view.spent_today = or_unknown(overview.spent_today);
    view.exposure_per_day = or_unknown(overview.exposure_per_day);
    view.spending_at = read_at(overview.spending_at);
    view.is_spending_possible = !overview.exposure_per_day || overview.exposure_per_day->value > 0;
    if (overview.spent_today && overview.exposure_per_day && overview.exposure_per_day->value > 0) {
        const auto percent = overview.spent_today->value * 100 / overview.exposure_per_day->value;
        view.spent_percent = number_text(std::clamp<std::int64_t>(percent, 0, 100));
    }
}

}  // namespace

net::Response OverviewPage::show(const Context& context) const {
    const auto overview = read_overview(statistics, terms, context.shared.settings.spending_poll, clock.now());
    if (!overview) return error_response(context, overview.error());
    OverviewView view;
    view.frame = make_frame(context);
    show_counts(*overview, terms.max_total_keys, view);
    show_money(*overview, view);
    const auto dollars = [](std::int64_t micro) { return base::to_money(base::MicroUsd{micro}); };
    const auto issued = values_of(overview->days, [](const auto& day) { return day.issued; });
    const auto spent = values_of(overview->days, [](const auto& day) { return day.spent.value; });
    view.charts.push_back(day_chart("Keys issued per day", issued, number_text));
    view.charts.push_back(day_chart("Spent per day", spent, dollars));
    for (const Failure& failure : overview->failures)
        view.failures.push_back({minute_text(failure.last_at), number_text(failure.times), failure.what});
    view.problem = upstream_problem_of(*overview);
    view.reconciled = overview->reconciled;
    if (overview->reconciled_at) view.reconciled_at = minute_text(*overview->reconciled_at);
    view.reconcile_problem = overview->reconcile_problem;
    view.unremembered = overview->unremembered_note;
    if (overview->figures_at) view.figures_at = minute_text(*overview->figures_at);
    return html_response(200, render(view));
}

}  // namespace llmapikey
