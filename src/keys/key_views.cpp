#include "keys/key_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const KeyRow& key) {
    Data data;
    data.set("row_id", key.grant_id);
    data.set("account_id", key.account_id);
    data.set("login_of_key", key.login);
    data.set("status", key.status);
    data.set("masked_key", key.masked_key);
    data.set("cap", key.daily_limit_usd);
    data.set("spent", key.spent_usd);
    data.set("created_on", key.created_on);
    data.set("expires_on", key.expires_on);
    data.set("last_used_on", key.last_used_on);
    data.set("can_be_revoked", key.can_be_revoked);
    return data;
}

Data choices_of(std::initializer_list<std::pair<const char*, const char*>> all, const std::string& chosen) {
    Data choices{Data::type::list};
    for (const auto& [value, label] : all) {
        Data choice;
        choice.set("value", value);
        choice.set("label", label);
        choice.set("is_chosen", value == chosen);
        choices << choice;
    }
    return choices;
}

void set_ended(Data& data, const std::vector<EndedKeyRow>& rows) {
    Data ended{Data::type::list};
    for (const EndedKeyRow& row : rows) {
        Data item;
        item.set("account_id", row.account_id);
        item.set("login_of_key", row.login);
        item.set("ended_key", row.masked_key);
        item.set("made_on", row.made_on);
        item.set("ended_at", row.ended_at);
        item.set("actor", row.actor);
        item.set("reason", row.reason);
        ended << item;
    }
    data.set("ended", ended);
    data.set("has_ended", !rows.empty());
}

}  // namespace

std::string render(const AdminListView& view) {
    Data data = admin_data(view.frame, "People", "people");
    data.set("live", view.live);
    set_if_any(data, "limit", view.limit);
    data.set("search", view.search);
    data.set("states", choices_of({{"active", "active"},
                                   {"expired", "expired"},
                                   {"disabled", "switched off"},
                                   {"waiting", "waiting"},
                                   {"pending", "pending"},
                                   {"ambiguous", "ambiguous"},
                                   {"replacing", "being replaced"},
                                   {"revoking", "being revoked"},
                                   {"ended", "ended"}},
                                  view.state));
    data.set("orders", choices_of({{"newest", "newest first"},
                                   {"expiry", "expires soonest"},
                                   {"spent", "spent most"},
                                   {"last_used", "used longest ago"}},
                                  view.sort));
    data.set("expiries", choices_of({{"1", "within a day"}, {"7", "within 7 days"}, {"30", "within 30 days"}},
                                    view.expires_within));
    data.set("from", view.from);
    data.set("to", view.to);
    data.set("is_unused", view.is_unused);
    data.set("not_used_since", view.not_used_since);
    Data keys{Data::type::list};
    for (const KeyRow& key : view.keys)
        keys << data_of(key);
    data.set("keys", keys);
    data.set("has_keys", !view.keys.empty());
    set_ended(data, view.ended);
    data.set("has_none", view.keys.empty() && view.ended.empty());
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    data.set("has_choices", view.has_choices);
    set_if_any(data, "next_path", view.next_path);
    data.set("filter", view.filter);
    data.set("is_filtered", view.is_filtered);
    set_if_any(data, "searched_account", view.searched_account);
    set_if_any(data, "problem", view.problem);
    return render_template("admin_list", data);
}

std::string render(const AdminAccountView& view) {
    Data data = admin_data(view.frame, "Account " + view.account_id, "people");
    data.set("account_id", view.account_id);
    if (view.key) data.set("key", data_of(*view.key));
    set_if_any(data, "grant_id", view.grant_id);
    set_if_any(data, "revocable_id", view.revocable_id);
    data.set("is_disabled", view.is_disabled);
    data.set("is_unsynced", view.is_unsynced);
    data.set("can_reveal", view.can_reveal);
    set_if_any(data, "revealed_at", view.revealed_at);
    data.set("reveal_reason", view.reveal_reason);
    data.set("is_on_hold", view.is_on_hold);
    data.set("hold_reason", view.hold_reason);
    set_if_any(data, "hold_until", view.hold_until);
    set_if_any(data, "login_of_account", view.login);
    set_ended(data, view.ended);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_account", data);
}

std::string render(const AdminRevealView& view) {
    Data data = admin_data(view.frame, "Key of account " + view.account_id, "people");
    data.set("account_id", view.account_id);
    data.set("raw_key", view.raw_key);
    return render_template("admin_reveal", data);
}

}  // namespace llmapikey
