#include "keys/dashboard_views.hpp"

#include "base/plural.hpp"
#include "http/answers/shown_values.hpp"
#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

struct NoticeText {
    const char* text;
    bool is_good;
};

NoticeText text_of(Notice notice) {
    switch (notice) {
        case Notice::none:
            return {"", true};
        case Notice::created:
            return {"Your key is ready.", true};
        case Notice::in_progress:
            return {"Your key is already being made.", true};
        case Notice::full:
            return {"All keys have been handed out. Ask the organizer for more room, or come back later.", false};
        case Notice::paused:
            return {"New keys are paused, so none was made.", false};
        case Notice::upstream_down:
            return {"No key could be made just now, and nothing was left behind. Try again in a minute.", false};
        case Notice::given_back:
            return {"Your key is revoked and its place is free. Thank you.", true};
        case Notice::switched_off:
            return {"The organizer has switched this key off, so it can be neither replaced nor given back.", false};
        case Notice::no_key:
            return {"There was no such key any more, so nothing was changed.", false};
        case Notice::rate_limited:
            return {"{provider} asks us to slow down. Try again in a minute.", false};
    }
    return {"", true};
}

const char* section_of(DashboardState state) {
    switch (state) {
        case DashboardState::signed_out:
            return "signed_out";
        case DashboardState::no_key:
            return "no_key";
        case DashboardState::paused:
            return "paused";
        case DashboardState::queued:
            return "queued";
        case DashboardState::in_progress:
            return "in_progress";
        case DashboardState::sorting_out:
            return "sorting_out";
        case DashboardState::has_key:
            return "has_key";
        case DashboardState::not_kept:
            return "not_kept";
        case DashboardState::on_hold:
            return "on_hold";
        case DashboardState::revoking:
            return "revoking";
        case DashboardState::replacing:
            return "replacing";
        case DashboardState::unreadable:
            return "unreadable";
    }
    return "";
}

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
    usage.set("as_of", view.usage->as_of);
    usage.set("age", view.usage->age);
    usage.set("is_stale", view.usage->is_stale);
    set_if_any(usage, "this_week_usd", view.usage->this_week_usd);
    set_if_any(usage, "this_month_usd", view.usage->this_month_usd);
    if (view.usage->days) data.set("days", chart_data(*view.usage->days));
    data.set("usage", usage);
}

void set_refresh(Data& data, const DashboardView& view) {
    const bool is_waiting = view.state == DashboardState::in_progress || view.state == DashboardState::sorting_out ||
                            view.state == DashboardState::queued || view.state == DashboardState::replacing;
    const bool lacks_usage =
        view.state == DashboardState::has_key && !view.usage && !view.usage_failed && !is_dead(view);
    data.set("refresh_without_script", is_waiting);
    if (is_waiting || lacks_usage) data.set("refresh_after_ms", is_waiting ? "2000" : "1000");
}

}  // namespace

std::string render(const DashboardView& view) {
    Data data = shared_page_data(view.frame, "Dashboard",
                                 "Get your LLM API key, try it, and see what it has spent and when it expires.");
    data.set(section_of(view.state), true);
    const NoticeText notice = text_of(view.notice);
    if (view.notice != Notice::none)
        data.set(notice.is_good ? "notice_good" : "notice_bad", with_provider(notice.text, view.frame.provider.name));
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
