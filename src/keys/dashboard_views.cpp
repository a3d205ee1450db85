#include "keys/dashboard_views.hpp"

#include "base/plural.hpp"
#include "http/answers/shown_values.hpp"
#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

bool is_dead(const DashboardView& view) {
    return view.is_expired || view.is_gone;
}

void set_usage(Data& data, const DashboardView& view) {
    data.set("usage_failed", view.usage_failed && !view.usage);
    data.set("usage_unknown", !view.usage && !view.usage_failed && !is_dead(view));
    if (!view.usage) return;
    Data usage;
    usage.set("spent_usd", view.usage->spent_usd);
    set_if_any(usage, "remaining_usd", view.usage->remaining_usd);
    if (!view.usage->remaining_usd.empty()) usage.set("percent_spent", std::to_string(view.usage->percent_spent));
    usage.set("has_no_limit", view.usage->remaining_usd.empty());
    set_age(usage, "updated", view.usage->updated);
    usage.set("is_stale", view.usage->is_stale);
    set_if_any(usage, "this_week_usd", view.usage->this_week_usd);
    set_if_any(usage, "this_month_usd", view.usage->this_month_usd);
    if (view.usage->days) data.set("days", chart_data(*view.usage->days));
    data.set("usage", usage);
}

void set_refresh(Data& data, const DashboardView& view) {
    const bool is_waiting = is_passing(view.state);
    const bool lacks_usage =
        view.state == DashboardState::has_key && !view.usage && !view.usage_failed && !is_dead(view);
    data.set("refresh_without_script", is_waiting);
    if (is_waiting || lacks_usage) data.set("refresh_after_ms", is_waiting ? "2000" : "1000");
}

}  // namespace

std::string render(const DashboardView& view) {
    Data data = shared_page_data(view.frame, "Dashboard",
                                 "Get your LLM API key, try it, and see what it has spent and when it expires.");
    data.set(std::string(to_text(view.state)), true);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    data.set("masked_key", view.masked_key);
    data.set("raw_key", view.raw_key);
    data.set("expires_on", view.expires_on);
    set_if_any(data, "last_used", view.last_used);
    data.set("time_left", view.days_left > 0 ? base::counted(view.days_left, "day") : "less than a day");
    data.set("is_expired", view.is_expired);
    data.set("is_gone", view.is_gone && !view.is_expired);
    data.set("is_dead", is_dead(view) && !view.is_disabled);
    data.set("is_alive", !is_dead(view));
    data.set("is_disabled", view.is_disabled);
    set_if_any(data, "grant_id", view.grant_id);
    set_if_any(data, "limit_today_usd", view.limit_today_usd);
    data.set("carried_usd", view.carried_usd);
    set_if_any(data, "place", view.place);
    data.set("is_next", view.place == "1");
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "past_key", view.past_key);
    data.set("is_given_back", view.is_given_back);
    data.set("can_try", !is_dead(view) && !view.is_disabled);
    if (!view.revealed_at.empty()) data.set("revealed_at", view.revealed_at);
    data.set("reveal_reason", view.reveal_reason);
    if (!view.hold_reason.empty()) data.set("hold_reason", view.hold_reason);
    if (!view.hold_until.empty()) data.set("hold_until", view.hold_until);
    data.set("resets_at", view.resets_at);
    data.set("api_base_url", view.api_base_url);
    data.set("example_model", view.example_model);
    set_usage(data, view);
    set_refresh(data, view);
    return render_template("dashboard", data);
}

}  // namespace llmapikey
