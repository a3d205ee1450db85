#include "keys/dashboard_views.hpp"

#include "http/answers/shown_values.hpp"
#include "http/answers/template_engine.hpp"
#include "languages/catalog.hpp"

namespace llmapikey {
namespace {

constexpr int near_cap_percent = 75;

bool is_dead(const DashboardView& view) {
    return view.is_expired || view.is_gone;
}

bool is_at_cap(const DashboardView& view) {
    return view.usage && !view.usage->remaining_usd.empty() && view.usage->percent_spent >= 100;
}

bool is_near_cap(const DashboardView& view) {
    return view.usage && !view.usage->remaining_usd.empty() && view.usage->percent_spent >= near_cap_percent;
}

struct Badge {
    std::string_view text, kind;  // kind: class of app.css
};

Badge badge_of_key(const DashboardView& view) {
    if (view.is_disabled) return {in_catalog("Switched off"), "warn"};
    if (view.is_expired) return {in_catalog("Expired"), ""};
    if (view.is_gone) return {in_catalog("Deleted"), "bad"};
    if (is_at_cap(view)) return {in_catalog("At cap"), "bad"};
    if (is_near_cap(view)) return {in_catalog("Near cap"), "warn"};
    return {in_catalog("Active"), "good"};
}

Badge badge_of(const DashboardView& view) {
    switch (view.state) {
        case DashboardState::has_key:
        case DashboardState::not_kept:
        case DashboardState::unreadable:
            return badge_of_key(view);
        case DashboardState::queued:
            return {in_catalog("Waiting"), ""};
        case DashboardState::in_progress:
            return {in_catalog("Being made"), ""};
        case DashboardState::ambiguous:
            return {in_catalog("Being checked"), "warn"};
        case DashboardState::replacing:
            return {in_catalog("Being replaced"), ""};
        case DashboardState::revoking:
            return {in_catalog("Being revoked"), "warn"};
        case DashboardState::signed_out:
        case DashboardState::no_key:
        case DashboardState::paused:
        case DashboardState::full:
        case DashboardState::on_hold:
            break;
    }
    return {};
}

void set_badge(Data& data, const DashboardView& view) {
    const Badge badge = badge_of(view);
    if (badge.text.empty()) return;
    data.set("badge", std::string(translated(view.frame.language, badge.text)));
    data.set("badge_kind", std::string(badge.kind));
}

// The lengths of time that the chart can show.
void set_ranges(Data& data, int shown, Language language) {
    Data ranges{Data::type::list};
    for (const int days : {7, 30, 90}) {
        Data range("days", std::to_string(days));
        range.set("length", counted(language, days, "day"));
        range.set("is_chosen", days == shown);
        ranges << std::move(range);
    }
    data.set("ranges", std::move(ranges));
}

void set_usage(Data& data, const DashboardView& view) {
    data.set("usage_failed", view.usage_failed && !view.usage);
    data.set("usage_unknown", !view.usage && !view.usage_failed && !is_dead(view));
    if (!view.usage) return;
    Data usage;
    usage.set("spent_usd", view.usage->spent_usd);
    set_if_any(usage, "remaining_usd", view.usage->remaining_usd);
    if (!view.usage->remaining_usd.empty()) usage.set("percent_spent", std::to_string(view.usage->percent_spent));
    usage.set("bar_kind", is_at_cap(view) ? "full" : is_near_cap(view) ? "near" : "");
    usage.set("is_at_cap", is_at_cap(view));
    usage.set("has_no_limit", view.usage->remaining_usd.empty());
    usage.set("spent_of_range", view.usage->spent_of_range);
    usage.set("days_shown", std::to_string(view.days_shown));
    set_ranges(usage, view.days_shown, view.frame.language);
    set_age(usage, "updated", view.usage->updated);
    usage.set("is_stale", view.usage->is_stale);
    if (view.usage->days) usage.set("days_chart", chart_data(*view.usage->days));
    data.set("usage", std::move(usage));
}

// The prices of a SuggestedModel, for the catalogs.
[[maybe_unused]] constexpr const char* prices[] = {in_catalog("very cheap"), in_catalog("cheap"),
                                                   in_catalog("mid-priced"), in_catalog("expensive")};

void set_models(Data& data, const DashboardView& view) {
    Data models{Data::type::list};
    for (const ModelToTry& model : view.models) {
        Data item("id", model.id);
        item.set("name", model.name);
        set_if_any(item, "price", std::string(translated(view.frame.language, model.price)));
        models << std::move(item);
    }
    data.set("models", std::move(models));
    data.set("has_models", !view.models.empty());
}

void set_refresh(Data& data, const DashboardView& view) {
    const bool is_waiting = is_passing(view.state);
    const bool lacks_usage =
        view.state == DashboardState::has_key && !view.usage && !view.usage_failed && !is_dead(view);
    data.set("refresh_without_script", is_waiting);
    if (is_waiting || lacks_usage) data.set("refresh_after_ms", is_waiting ? "2000" : "1000");
}

void set_key(Data& data, const DashboardView& view) {
    data.set("masked_key", view.masked_key);
    data.set("raw_key", view.raw_key);
    set_time(data, "expires_on", view.expires_on);
    data.set("time_left", view.days_left > 0 ? counted(view.frame.language, view.days_left, "day")
                                             : std::string(translated(view.frame.language, "less than a day")));
    data.set("is_expired", view.is_expired);
    data.set("is_gone", view.is_gone && !view.is_expired);
    data.set("is_dead", is_dead(view) && !view.is_disabled);
    data.set("is_alive", !is_dead(view));
    data.set("is_disabled", view.is_disabled);
    data.set("can_try", !is_dead(view) && !view.is_disabled);
    set_if_any(data, "grant_id", view.grant_id);
    set_if_any(data, "carried_usd", view.carried_usd);
    set_time(data, "resets_at", view.resets_at);
    data.set("resets_in", view.resets_in);
    if (!view.revealed_at) return;
    set_time(data, "revealed_at", *view.revealed_at);
    data.set("reveal_reason", view.reveal_reason);
}

}  // namespace

std::string render(const DashboardView& view) {
    Data data = shared_page_data(
        view.frame, in_catalog("Your key"),
        std::string(translated(view.frame.language,
                               "Get your LLM API key, try it, and see what it has spent and when it expires.")));
    data.set(Name::of_table(to_text(view.state)), true);
    set_badge(data, view);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    set_key(data, view);
    set_if_any(data, "place", view.place);
    data.set("is_next", view.place == "1");
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "past_key", view.past_key);
    data.set("is_given_back", view.is_given_back);
    set_if_any(data, "hold_reason", view.hold_reason);
    if (view.hold_until) set_time(data, "hold_until", *view.hold_until);
    data.set("api_base_url", view.api_base_url);
    data.set("example_model", view.example_model);
    set_models(data, view);
    set_usage(data, view);
    set_refresh(data, view);
    return render_template("dashboard", data, view.frame.language);
}

}  // namespace llmapikey
