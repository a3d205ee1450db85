#include "web/views/admin_views.hpp"
#include "web/views/template_engine.hpp"

namespace llmapikey::web::views {
namespace {

Data data_of(const KeyRow& key) {
    Data data;
    data.set("account_id", key.account_id);
    data.set("login_of_key", key.login);
    data.set("status", key.status);
    data.set("masked_key", key.masked_key);
    data.set("cap", key.daily_limit_usd);
    data.set("created_on", key.created_on);
    data.set("expires_on", key.expires_on);
    return data;
}

void set_if_any(Data& data, const std::string& name, const std::string& value) {
    if (!value.empty()) data.set(name, value);
}

Data status_choices(const std::string& chosen) {
    Data choices{Data::type::list};
    for (const std::string status : {"active", "pending", "ambiguous", "revoking"}) {
        Data choice;
        choice.set("value", status);
        choice.set("is_chosen", status == chosen);
        choices << choice;
    }
    return choices;
}

}  // namespace

std::string render(const AdminListView& view) {
    Data data = frame_data(view.frame, "Keys");
    data.set("live", view.live);
    set_if_any(data, "limit", view.limit);
    data.set("search", view.search);
    data.set("choices", status_choices(view.status));
    Data keys{Data::type::list};
    for (const KeyRow& key : view.keys)
        keys << data_of(key);
    data.set("keys", keys);
    data.set("has_keys", !view.keys.empty());
    set_if_any(data, "next_path", view.next_path);
    set_if_any(data, "searched_account", view.searched_account);
    set_if_any(data, "problem", view.problem);
    return render_template("admin_list", data);
}

std::string render(const AdminAccountView& view) {
    Data data = frame_data(view.frame, "Account " + view.account_id);
    data.set("account_id", view.account_id);
    if (view.key) data.set("key", data_of(*view.key));
    set_if_any(data, "grant_id", view.grant_id);
    data.set("is_on_hold", view.is_on_hold);
    data.set("hold_reason", view.hold_reason);
    set_if_any(data, "hold_until", view.hold_until);
    Data ended{Data::type::list};
    for (const EndedKeyRow& row : view.ended) {
        Data item;
        item.set("ended_key", row.masked_key);
        item.set("made_on", row.made_on);
        item.set("ended_at", row.ended_at);
        item.set("actor", row.actor);
        item.set("reason", row.reason);
        ended << item;
    }
    data.set("ended", ended);
    data.set("has_ended", !view.ended.empty());
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_account", data);
}

std::string render(const AdminAuditView& view) {
    Data data = frame_data(view.frame, "Audit log");
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

}  // namespace llmapikey::web::views
