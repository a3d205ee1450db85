#include "people/store/store_people_parts.hpp"

#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "roster/store_roster_names.hpp"
#include "sql/statement_file.hpp"
#include "sql/stored_time.hpp"
#include "sql/text_search.hpp"

namespace llmapikey {

const std::string& PeopleParts::now() {
    if (now_.empty()) now_ = number_of(seconds_of(query_.now));
    return now_;
}

const std::string& PeopleParts::day() {
    if (day_.empty()) day_ = number_of(day_text(query_.now));
    return day_;
}

std::string PeopleParts::named(std::string_view name) {
    std::string part = statement_of(embedded_people_statements(), "people.sql", name, {});
    if (part.find("$now") != std::string::npos) part = base::replaced(part, "$now", now());
    if (part.find("$day") != std::string::npos) part = base::replaced(part, "$day", day());
    return part;
}

bool PeopleParts::has(Kind kind) const {
    const GrantQuery& filters = query_.filters;
    const bool is_about_keys = filters.expires_by || filters.is_unused || filters.not_used_since;
    const bool is_dated = is_about_keys || filters.created_from || filters.created_before;
    if (kind == Kind::keys ? query_.state == "ended" || query_.state == "not_claimed"
                           : is_about_keys || (is_dated && kind != Kind::former))
        return false;
    if (kind == Kind::keys || query_.state.empty() || query_.state == "blocked" || query_.state == "on_hold")
        return true;
    return query_.state == (kind == Kind::former ? "ended" : kind == Kind::expected ? "not_claimed" : "");
}

std::string PeopleParts::table_of(Kind kind) const {
    switch (kind) {
        case Kind::keys:
            return "llmapikey.api_keys";
        case Kind::former:
            return "llmapikey.ledger";
        case Kind::held:
            return "llmapikey.holds";
        case Kind::expected:
            return "llmapikey.expected_people AS expected";
    }
    return {};
}

std::string PeopleParts::alias_of(Kind kind) const {
    const std::string column = account_of(kind);
    return column.substr(0, column.find('.'));
}

std::string PeopleParts::columns_of(Kind kind) {
    switch (kind) {
        case Kind::keys:
            return named("keys");
        case Kind::former:
            return named("former");
        case Kind::held:
            return named("held");
        case Kind::expected:
            return named("expected");
    }
    return {};
}

std::string PeopleParts::account_of(Kind kind) const {
    switch (kind) {
        case Kind::keys:
            return "api_keys.github_user_id";
        case Kind::former:
            return "ledger.github_user_id";
        case Kind::held:
            return "holds.github_user_id";
        case Kind::expected:
            return "expected.github_user_id";
    }
    return {};
}

std::string PeopleParts::login_key_of(Kind kind) const {
    if (kind == Kind::expected) return "expected.login_key";
    // Nobody knows their logins: they come behind all others.
    return kind == Kind::held ? "'~'::text" : "{folded:github_username}";
}

std::string PeopleParts::tie_of(Kind kind) const {
    return kind == Kind::expected ? "coalesce(expected.github_user_id, '')" : account_of(kind);
}

std::string PeopleParts::search_in(Kind kind) {
    const std::string& text = query_.filters.search;
    if (search_.way == Search::Way::none) return {};
    const std::string exact = account_of(kind) + " = " + number_of(text);
    if (search_.way == Search::Way::by_account || kind == Kind::held) return " AND " + exact;
    const std::string part = number_of(pattern_of_part(text));
    if (kind == Kind::expected) {
        return " AND (" + exact + " OR " + holds_part("expected.login", part, dialect_) + " OR " +
               holds_part("expected.name", part, dialect_) + ")";
    }
    return " AND (" + exact + " OR key_hint = " + number_of(text) + " OR " +
           holds_part("github_username", part, dialect_) +
           (search_.is_in_names ? " OR github_user_id IN " + accounts_of_expected_name(part, dialect_) : "") + ")";
}

std::string PeopleParts::filter_of(Kind kind) {
    if (kind == Kind::keys) {
        add_search(query_.filters.search, search_, dialect_, conditions);
        add_filters(query_.filters, conditions);
        return conditions.take();
    }
    if (kind == Kind::held) return named("is_held_only") + search_in(kind);
    if (kind == Kind::expected) return expected_is_unclaimed() + search_in(kind);
    std::string condition = named("is_former") + search_in(kind);
    const GrantQuery& filters = query_.filters;
    if (filters.created_from)
        condition += " AND created_at >= {time:" + number_of(seconds_of(*filters.created_from)) + "}";
    if (filters.created_before)
        condition += " AND created_at < {time:" + number_of(seconds_of(*filters.created_before)) + "}";
    return condition;
}

std::string PeopleParts::condition_of_state(Kind kind, const std::string& state) {
    const GrantQuery meant = state_query(state, query_.now);
    if (kind == Kind::keys) {
        add_filters(meant, conditions);
        return conditions.take();
    }
    // That somebody has ended keys, or has not claimed one, is a matter of the table.
    if (!meant.hold) return "true";
    const std::string table = kind == Kind::expected ? "expected" : kind == Kind::former ? "ledger" : "holds";
    return meant.hold == HoldLength::for_good ? is_blocked(table) : is_on_hold(table, now());
}

std::string PeopleParts::condition_of_cap(const std::string& state) {
    GrantQuery usable = state_query(state, query_.now);
    const bool is_reached = usable.cap_use == CapUse::reached;
    usable.cap_use = std::nullopt;
    add_filters(usable, conditions);
    if (is_reached) return conditions.take() + " AND spent.amount >= daily_limit_micro_usd";
    return conditions.take() +
           " AND spent.amount < daily_limit_micro_usd AND spent.amount * 100 >= "
           "daily_limit_micro_usd * " +
           std::to_string(near_cap_percent);
}

std::string PeopleParts::condition_of(Kind kind) {
    std::string condition = filter_of(kind);
    if (!query_.state.empty()) condition += " AND " + condition_of_state(kind, query_.state);
    return condition;
}

}  // namespace llmapikey
