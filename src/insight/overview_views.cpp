#include "insight/overview_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const std::vector<Metric>& figures) {
    Data list{Data::type::list};
    for (const Metric& figure : figures) {
        Data item;
        item.set("name", figure.name);
        item.set("value", figure.value);
        if (!figure.note.empty()) item.set("note", figure.note);
        item.set("has_note", !figure.note.empty());
        if (figure.updated) set_age(item, "updated", *figure.updated);
        list << item;
    }
    return list;
}

}  // namespace

std::string render(const OverviewView& view) {
    Data data = admin_data(view.frame, "Overview", "overview");
    data.set("figures", data_of(view.figures));
    data.set("money", data_of(view.money));
    set_if_any(data, "spent_percent", view.spent_percent);
    data.set("spent_today", view.spent_today);
    data.set("exposure_per_day", view.exposure_per_day);
    if (view.spending_updated) set_age(data, "spending_updated", *view.spending_updated);
    data.set("is_spending_possible", view.is_spending_possible);
    Data charts{Data::type::list};
    for (const Chart& chart : view.charts)
        charts << chart_data(chart);
    data.set("charts", charts);
    Data failures{Data::type::list};
    for (const FailureRow& row : view.failures) {
        Data item;
        item.set("last_at", row.last_at);
        item.set("times", row.times);
        item.set("what", row.what);
        failures << item;
    }
    data.set("failures", failures);
    data.set("has_failures", !view.failures.empty());
    set_if_any(data, "problem", view.problem);
    if (view.figures_updated) set_age(data, "figures_updated", *view.figures_updated);
    set_if_any(data, "reconciled", view.reconciled);
    if (view.reconciled_updated) set_age(data, "reconciled_updated", *view.reconciled_updated);
    set_if_any(data, "reconcile_problem", view.reconcile_problem);
    set_if_any(data, "unremembered", view.unremembered);
    return render_template("admin_overview", data);
}

}  // namespace llmapikey
