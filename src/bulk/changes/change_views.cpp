#include "bulk/changes/change_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const ChangeRow& row) {
    Data data;
    data.set("bulk_id", row.id);
    data.set("what", row.title);
    data.set("state", row.state);
    data.set("created_at", row.created_at);
    data.set("ended_at", row.ended_at);
    data.set("actor", row.actor);
    data.set("reason", row.reason);
    data.set("selection", row.selection);
    data.set("total", row.total);
    data.set("done", row.done);
    data.set("settled", row.settled);
    data.set("has_keys", row.total != "0");
    set_if_any(data, "skipped", row.skipped);
    set_if_any(data, "failed", row.failed);
    return data;
}

Data list_of(const std::vector<TargetRow>& rows) {
    Data list{Data::type::list};
    for (const TargetRow& row : rows) {
        Data item;
        item.set("account_id", row.account_id);
        item.set("login_of_key", row.login);
        item.set("is_not_last", &row != &rows.back());
        item.set("target_state", row.state);
        item.set("target_why", row.why);
        list << item;
    }
    return list;
}

}  // namespace

std::string render(const ChangeConfirmView& view) {
    Data data = admin_data(view.frame, "Change keys", "changes");
    set_keys(data, view.keys);
    data.set("act", view.act);
    data.set("demand", view.demand);
    data.set("said_cap", view.cap);
    data.set("said_reason", view.reason);
    data.set("is_disable", view.act == "disable");
    data.set("is_enable", view.act == "enable");
    data.set("is_cap", view.act == "cap");
    data.set("is_replace", view.act == "replace");
    data.set("are_new_keys_paused", view.is_paused);
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "mistake", view.mistake);
    return render_template("admin_change_confirm", data);
}

std::string render(const ChangeProgressView& view) {
    Data data = admin_data(view.frame, view.heading, "changes");
    data.set("change", data_of(view.change));
    data.set("heading", view.heading);
    view.has_failed ? set_if_any(data, "outcome_bad", view.outcome) : set_if_any(data, "outcome", view.outcome);
    set_if_any(data, "stopped", view.stopped);
    data.set("is_to_begin", view.is_to_begin);
    data.set("can_be_stopped", view.can_be_stopped);
    data.set("can_be_retried", view.can_be_retried);
    data.set("is_replacement", view.is_replacement);
    data.set("changed_keys", list_of(view.changed));
    data.set("has_changed_keys", !view.changed.empty());
    data.set("has_more_changed", view.has_more_changed);
    data.set("targets", list_of(view.targets));
    data.set("has_targets", !view.targets.empty());
    data.set("has_more_targets", view.has_more_targets);
    set_progress(data, view);
    return render_template("admin_change_progress", data);
}

std::string render(const ChangeListView& view) {
    Data data = admin_data(view.frame, "Bulk changes", "changes");
    Data changes{Data::type::list};
    for (const ChangeRow& row : view.changes)
        changes << data_of(row);
    data.set("changes", changes);
    data.set("has_changes", !view.changes.empty());
    return render_template("admin_change_list", data);
}

}  // namespace llmapikey
