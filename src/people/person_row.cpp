#include "people/person_row.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

std::string dated(base::Timestamp time) {
    return short_date_text(time) + " " + date_text(time).substr(0, 4);
}

DateCell date_cell(base::Timestamp time) {
    return {base::to_rfc3339(time), dated(time)};
}

void show_key(const PersonKey& key, base::MicroUsd today, base::Timestamp now, PersonRow& row) {
    if (key.status != GrantStatus::revoking) row.grant_id = key.id;
    if (!key.hint.empty()) row.hint = "…" + key.hint;
    row.created = date_cell(key.created_at);
    if (key.status != GrantStatus::active) return;
    row.expires = date_cell(key.expires_at);
    if (key.last_used_at) row.used = shown_age(*key.last_used_at, now);
    row.spent.cap = "of " + base::to_cap(key.daily_limit);
    const double part =
        static_cast<double>(today.value) / static_cast<double>(std::max<std::int64_t>(key.daily_limit.value, 1));
    int& percent = row.spent.percent;
    percent = static_cast<int>(std::clamp(100 * part, 0.0, 100.0));
    row.spent.bar_kind = percent >= 100 ? "full" : percent >= near_cap_percent ? "near" : "";
}

std::string note_of(const Person& person) {
    if (person.key) return {};
    if (person.former && person.former->ended_at)
        return "Ended " + dated(*person.former->ended_at) + ": " + person.former->reason;
    if (person.former) return "Ending: " + person.former->reason;
    if (person.hold) return person.hold->reason;
    if (person.github_user_id) return {};
    return person.expected_problem.empty() ? "GitHub has not been asked for this account yet" : person.expected_problem;
}

}  // namespace

std::string path_of(const Person& person) {
    return "/admin/people/" + (person.github_user_id ? person.github_user_id->text() : person.expected_id);
}

PersonRow person_row(const Person& person, base::Timestamp now) {
    PersonRow row;
    row.path = path_of(person);
    row.login =
        person.login.empty() ? "account " + path_of(person).substr(path_of(person).rfind('/') + 1) : person.login;
    row.initials = initials_of(row.login);
    row.name = person.name;
    row.note = note_of(person);
    row.badges.push_back(badge_of(state_of(person, now)));
    if (person.key && person.hold)
        row.badges.push_back(badge_of(person.hold->until ? PersonState::on_hold : PersonState::blocked));
    const bool has_spent = person.key || person.former;
    if (has_spent) row.spent.today = base::to_money(person.today);
    if (has_spent) row.spent.total = base::to_money(person.total);
    if (person.key) show_key(*person.key, person.today, now, row);
    return row;
}

}  // namespace llmapikey
