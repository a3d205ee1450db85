#include "people/key_views.hpp"

#include "http/answers/shown_values.hpp"
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

}  // namespace

void set_badges(Data& data, const std::vector<Badge>& badges) {
    Data list{Data::type::list};
    for (const Badge& badge : badges) {
        Data item;
        set_if_any(item, "kind", std::string(badge.kind));
        item.set("text", std::string(badge.text));
        list << item;
    }
    data.set("badges", list);
}

void set_bar(Data& data, const SpentBar& spent) {
    set_if_any(data, "today", spent.today);
    set_if_any(data, "total", spent.total);
    set_if_any(data, "cap", spent.cap);
    data.set("percent", std::to_string(spent.percent));
    set_if_any(data, "bar_kind", spent.bar_kind);
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

namespace {

struct FormNames {
    std::string_view form;
    Name problem, typed;
};
constexpr FormNames forms[] = {
    {"switch", "switch_problem", "switch_typed"},
    {"cap", "cap_problem", "cap_typed"},
    {"reveal", "reveal_problem", "reveal_typed"},
    {"revoke", "revoke_problem", "revoke_typed"},
};

struct HoldName {
    std::string_view length;
    Name name;
};
constexpr HoldName holds[] = {{"24h", "hold_24h"}, {"7d", "hold_7d"}, {"forever", "hold_forever"}};

// Sets what was wrong with a form, and what was typed into it.
void set_refused(Data& data, const PersonView& view) {
    const bool is_cap = view.refused && view.refused->form == "cap";
    set_if_any(data, "cap_shown", is_cap ? view.refused->cap : view.cap_typed);
    if (!view.refused) return;
    const RefusedForm& refused = *view.refused;
    for (const FormNames& names : forms) {
        if (names.form != refused.form) continue;
        data.set(names.problem, refused.problem);
        data.set(names.typed, refused.reason);
    }
    for (const HoldName& hold : holds)
        if (refused.form == "revoke" && hold.length == refused.hold) data.set(hold.name, true);
}

}  // namespace

std::string render(const PersonView& view) {
    Data data = admin_data(view.frame, view.login.empty() ? "Account " + view.account_id : view.login, "people");
    data.set("account_id", view.account_id);
    data.set("face", initials_of(view.login));
    set_if_any(data, "profile_url", view.profile_url);
    set_badges(data, view.badges);
    Data spent;
    set_bar(spent, view.spent);
    if (!view.spent.today.empty()) data.set("spent_bar", spent);
    if (view.key) data.set("key", data_of(*view.key));
    set_if_any(data, "grant_id", view.grant_id);
    set_if_any(data, "leaked_id", view.leaked_id);
    set_if_any(data, "revocable_id", view.revocable_id);
    set_if_any(data, "attempt", view.attempt);
    data.set("is_missing", view.is_missing);
    data.set("is_unclaimed", view.is_unclaimed);
    data.set("is_disabled", view.is_disabled);
    data.set("is_unsynced", view.is_unsynced);
    data.set("can_reveal", view.can_reveal);
    set_if_any(data, "revealed_at", view.revealed_at);
    data.set("reveal_reason", view.reveal_reason);
    data.set("is_on_hold", view.is_on_hold);
    data.set("hold_reason", view.hold_reason);
    set_if_any(data, "hold_until", view.hold_until);
    set_if_any(data, "login_of_account", view.login);
    set_if_any(data, "spent_of_month", view.spent_of_month);
    if (view.days) data.set("days_chart", chart_data(*view.days));
    data.set("acts", acts_data(view.acts));
    data.set("has_acts", !view.acts.empty());
    data.set("has_older_acts", view.has_older_acts);
    set_ended(data, view.ended);
    set_if_any(data, "expected_id", view.expected_id);
    set_if_any(data, "expected_name", view.expected_name);
    data.set("expected_since", view.expected_since);
    data.set("expected_by", view.expected_by);
    set_if_any(data, "unresolved_why", view.unresolved_why);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    set_refused(data, view);
    return render_template("person", data);
}

std::string render(const RevealView& view) {
    Data data = admin_data(view.frame, "Key of account " + view.account_id, "people");
    data.set("account_id", view.account_id);
    data.set("raw_key", view.raw_key);
    return render_template("reveal", data);
}

}  // namespace llmapikey
