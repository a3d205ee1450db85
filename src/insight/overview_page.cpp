#include "insight/overview_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/plural.hpp"
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

constexpr const char* not_known = "not known";

std::string or_not_known(const std::optional<base::MicroUsd>& amount) {
    return amount ? base::to_money(*amount) : not_known;
}

std::optional<ShownAge> age_of(const std::optional<base::Timestamp>& time, base::Timestamp now) {
    return time ? std::optional(shown_age(*time, now)) : std::nullopt;
}

std::string outlook_text(const CreditsOutlook& outlook) {
    switch (outlook.kind) {
        case CreditsOutlook::Kind::unknown:
            return not_known;
        case CreditsOutlook::Kind::used_up:
            return "used up";
        case CreditsOutlook::Kind::until:
            return date_text(*outlook.end);
        case CreditsOutlook::Kind::lasting:
            return "more than ten years from now";
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
    view.figures = {
        {"Live keys", number_text(counts.live), most > 0 ? "of " + base::counted(most, "seat") : "no limit is set", {}},
        {"Seats left", overview.room ? number_text(*overview.room) : "no limit", "", {}},
        {"Waiting for their turn", number_text(counts.waiting), "these people have a seat, but no key yet", {}},
        {"Being made", number_text(counts.pending), "", {}},
        {"Ambiguous", number_text(counts.ambiguous), provider + " did not say whether it made these keys", {}},
        {"Being revoked", number_text(counts.revoking), "", {}},
        {"Being replaced", number_text(counts.replacing), "", {}},
        {"Switched off", number_text(counts.disabled), "", {}},
        {"Missing", number_text(counts.missing), "somebody else deleted them at " + provider, {}},
        {"Expired", number_text(overview.expired_keys), "their seats become free within a minute", {}},
        {"Usable now", number_text(overview.usable_keys), "", {}}};
}

// What follows from the credits, where the provider tells them.
std::vector<Metric> credits_of(const Overview& overview, const ShownProvider& provider) {
    const std::string provider_name(provider.name);
    if (!provider.tells_credits) return {{"Credits left", "not known", provider_name + " does not report them", {}}};
    return {{"Credits left", or_not_known(overview.credits_left),
             "at " + provider_name + (overview.credits_at ? "" : ", not read yet"),
             age_of(overview.credits_at, overview.now)},
            {"Credits last until",
             outlook_text(overview.credits_outlook),
             "if spending goes on as in the last seven days, within all caps",
             {}},
            {"Further keys that the credits cover",
             overview.keys_to_honor ? number_text(*overview.keys_to_honor) : not_known,
             "if every key reaches its cap every day until it expires",
             {}}};
}

void show_money(const Overview& overview, OverviewView& view) {
    view.money = {
        {"Highest possible spending a day",
         or_not_known(overview.exposure_per_day),
         "if every key reaches its cap",
         {}},
        {"Highest possible spending until the last expiry",
         or_not_known(overview.exposure_until_expiry),
         overview.last_expiry ? "the last key expires on " + date_text(*overview.last_expiry) : "there are no keys",
         {}}};
    for (Metric& figure : credits_of(overview, view.frame.provider))
        view.money.push_back(std::move(figure));
    view.spent_today = or_not_known(overview.spent_today);
    view.exposure_per_day = or_not_known(overview.exposure_per_day);
    view.spending_updated = age_of(overview.spending_at, overview.now);
    view.is_spending_possible = !overview.exposure_per_day || overview.exposure_per_day->value > 0;
    if (overview.spent_today && overview.exposure_per_day && overview.exposure_per_day->value > 0) {
        const auto percent = overview.spent_today->value * 100 / overview.exposure_per_day->value;
        view.spent_percent = number_text(std::clamp<std::int64_t>(percent, 0, 100));
    }
}

}  // namespace

net::Response OverviewPage::show(const Context& context) const {
    const auto overview = read_overview(statistics, terms.known(), context.shared.settings.spending_poll, clock.now());
    if (!overview) return error_response(context, overview.error());
    OverviewView view;
    view.frame = make_frame(context);
    show_counts(*overview, terms.known().max_total_keys, view);
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
    view.reconciled_updated = age_of(overview->reconciled_at, overview->now);
    view.reconcile_problem = overview->reconcile_problem;
    view.unremembered = overview->unremembered_note;
    view.figures_updated = age_of(overview->figures_at, overview->now);
    return html_response(200, render(view));
}

}  // namespace llmapikey
