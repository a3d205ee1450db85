#include "insight/audit_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {

std::string render(const AdminAuditView& view) {
    Data data = admin_data(view.frame, "Activity", "activity");
    data.set("search", view.search);
    data.set("is_searched", !view.search.empty());
    Data entries{Data::type::list};
    for (const AuditRow& row : view.entries) {
        Data item;
        item.set("sequence", row.sequence);
        item.set("at", row.at);
        item.set("actor", row.actor);
        item.set("action", row.action);
        item.set("subject", row.subject);
        item.set("origin", row.origin);
        item.set("outcome", row.outcome);
        item.set("detail", row.detail);
        entries << item;
    }
    data.set("entries", entries);
    data.set("has_entries", !view.entries.empty());
    set_if_any(data, "older_path", view.older_path);
    return render_template("admin_audit", data);
}

}  // namespace llmapikey
