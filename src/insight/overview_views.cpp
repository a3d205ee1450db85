#include "insight/overview_views.hpp"

#include <algorithm>

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const Tile& tile) {
    Data data;
    data.set("value", tile.value);
    set_if_any(data, "of", tile.of);
    set_if_any(data, "note", tile.note);
    if (tile.percent) data.set("percent", std::to_string(*tile.percent));
    data.set("bar_kind", tile.bar_kind);
    return data;
}

Data data_of(const std::vector<HealthPart>& parts) {
    Data list{Data::type::list};
    for (const HealthPart& part : parts) {
        Data item;
        item.set("text", part.text);
        set_if_any(item, "path", part.path);
        if (part.since) set_age(item, "since", *part.since);
        list << std::move(item);
    }
    return list;
}

Data data_of(const std::vector<RankRow>& rows) {
    Data list{Data::type::list};
    for (const RankRow& row : rows) {
        Data item;
        item.set("name", row.name);
        item.set("initials", initials_of(row.name));
        set_if_any(item, "path", row.path);
        item.set("value", row.value);
        set_if_any(item, "note", row.note);
        item.set("percent", std::to_string(row.percent));
        item.set("bar_kind", row.bar_kind);
        list << std::move(item);
    }
    return list;
}

Data data_of(const std::vector<FailureRow>& rows) {
    Data list{Data::type::list};
    for (const FailureRow& row : rows) {
        Data item;
        item.set("last_at", row.last_at);
        item.set("times", row.times);
        item.set("what", row.what);
        list << std::move(item);
    }
    return list;
}

void set_chart(Data& data, const OverviewView& view) {
    data.set("days_shown", std::to_string(view.days_shown));
    data.set("spent_of_range", view.spent_of_range);
    Data ranges{Data::type::list};
    for (const int days : {7, 30, 90}) {
        Data range("days", std::to_string(days));
        range.set("is_chosen", days == view.days_shown);
        ranges << std::move(range);
    }
    data.set("ranges", std::move(ranges));
    if (view.spent) data.set("spent_chart", chart_data(*view.spent));
    if (view.issued) data.set("issued_chart", chart_data(*view.issued));
}

}  // namespace

std::string render(const OverviewView& view) {
    Data data = admin_data(view.frame, "Overview", "overview");
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    data.set("is_resumable", view.is_resumable);
    data.set("health", data_of(view.health));
    data.set("is_fine", view.health.empty());
    const auto leads_down = [](const HealthPart& part) { return part.path == "#details"; };
    data.set("is_problem_shown", std::ranges::any_of(view.health, leads_down));
    data.set("fine", view.fine);
    if (view.compared) set_age(data, "compared", *view.compared);
    data.set("spent_today", data_of(view.spent_today));
    data.set("worst", data_of(view.worst));
    set_if_any(data, "worst_when_full", view.worst_when_full);
    data.set("credits_last", data_of(view.credits_last));
    data.set("claimed", data_of(view.claimed));
    set_if_any(data, "not_claimed", view.not_claimed);
    if (view.spending_updated) set_age(data, "spending_updated", *view.spending_updated);
    set_chart(data, view);
    data.set("most_today", data_of(view.most_today));
    data.set("has_most_today", !view.most_today.empty());
    data.set("models", data_of(view.models));
    data.set("has_models", !view.models.empty());
    data.set("models_note", view.models_note);
    data.set("failures", data_of(view.failures));
    data.set("has_failures", !view.failures.empty());
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "reconciled", view.reconciled);
    set_if_any(data, "reconcile_problem", view.reconcile_problem);
    set_if_any(data, "unremembered", view.unremembered);
    data.set("has_details", !view.failures.empty() || !view.problem.empty() || !view.reconciled.empty() ||
                                !view.reconcile_problem.empty());
    return render_template("admin_overview", data);
}

}  // namespace llmapikey
