#include "keys/store_conditions.hpp"

#include <algorithm>

#include "keys/store_endings.hpp"
#include "roster/store_roster_names.hpp"
#include "sql/stored_time.hpp"
#include "sql/text_search.hpp"

namespace llmapikey {
namespace {

// SQLite's index of logins is used for a text that matches no more rows than this.
constexpr std::int64_t looked_up_max = 1000;
const std::string count_fitting =
    "SELECT count(*) FROM (SELECT 1 FROM login_search WHERE login_search MATCH $1 LIMIT $2)";

// The ledger is included, so that an id keeps its meaning when the account's key goes.
const std::string select_account =
    "SELECT 1 FROM llmapikey.api_keys WHERE github_user_id = $1 UNION ALL "
    "SELECT 1 FROM llmapikey.ledger WHERE github_user_id = $1 LIMIT 1";

// Returns a phrase for FTS5, which finds it anywhere in a login. The index knows nothing shorter
// than three characters.
std::string phrase_of(const std::string& text) {
    std::string phrase = "\"";
    for (const char c : text)
        phrase += c == '"' ? std::string("\"\"") : std::string(1, c);
    return phrase + "\"";
}

bool is_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

base::Result<Search::Way> way_of(SqlDatabase& database, const std::string& text) {
    if (GithubUserId::parse(text)) {
        const auto account = TRY(database.run(select_account, SqlValues().add(text)));
        if (!account.rows.empty()) return Search::Way::by_account;
    }
    if (database.dialect() == Dialect::postgres) return Search::Way::by_index;
    if (text.size() < 3 || !is_ascii(text)) return Search::Way::read_through;
    const auto fitting = TRY(database.run(count_fitting, SqlValues().add(phrase_of(text)).add(looked_up_max + 1)));
    return fitting.rows.at(0).number(0) > looked_up_max ? Search::Way::read_through : Search::Way::by_index;
}

std::string has_hold(const std::string& table, const std::string& condition) {
    return "EXISTS (SELECT 1 FROM llmapikey.holds AS held WHERE held.github_user_id = " + table +
           ".github_user_id AND " + condition + ")";
}

void add_cap_use(CapUse use, base::Timestamp now, Conditions& conditions) {
    const std::string spent = spent_on_day("api_keys", conditions.number_of(day_text(now)));
    if (use == CapUse::reached) return conditions.add(spent + " >= daily_limit_micro_usd");
    conditions.add(spent + " < daily_limit_micro_usd");
    conditions.add(spent + " * 100 >= daily_limit_micro_usd * " + std::to_string(near_cap_percent));
}

void add_state(const GrantQuery& query, Conditions& conditions) {
    const auto now = seconds_of(query.now);
    if (query.status) conditions.add("status = #", to_text(*query.status));
    if (query.is_usable) {
        conditions.add("status = 'active' AND is_disabled = 0 AND missing_since IS NULL");
        conditions.add("expires_at > {time:#}", now);
    }
    if (query.is_missing) conditions.add("status = 'active' AND missing_since IS NOT NULL");
    if (query.is_disabled) conditions.add(*query.is_disabled ? "is_disabled = 1" : "is_disabled = 0");
    if (query.is_expired) conditions.add(*query.is_expired ? "expires_at <= {time:#}" : "expires_at > {time:#}", now);
    if (query.cap_use) add_cap_use(*query.cap_use, query.now, conditions);
    if (query.hold == HoldLength::for_good) conditions.add(is_blocked("api_keys"));
    if (query.hold == HoldLength::until_a_time) conditions.add(is_on_hold("api_keys", conditions.number_of(now)));
}

}  // namespace

void Conditions::add_with(std::string condition, const std::string& name) {
    for (auto place = condition.find('#'); place != std::string::npos; place = condition.find('#', place))
        condition.replace(place, 1, name);
    add(condition);
}

base::Result<Search> search_of(SqlDatabase& database, const std::string& text) {
    if (text.empty()) return Search{};
    Search search;
    search.way = TRY(way_of(database, text));
    if (search.way == Search::Way::by_account) return search;
    search.is_in_names = TRY(is_in_expected_names(database, text));
    return search;
}

void add_search(const std::string& text, const Search& search, Dialect dialect, Conditions& conditions) {
    if (search.way == Search::Way::none) return;
    const std::string exact = conditions.number_of(text);
    if (search.way == Search::Way::by_account) return conditions.add("github_user_id = " + exact);
    const std::string named =
        search.is_in_names ? accounts_of_expected_name(conditions.number_of(pattern_of_part(text)), dialect) : "";
    if (dialect == Dialect::sqlite && search.way == Search::Way::by_index) {
        const std::string phrase = conditions.number_of(phrase_of(text));
        conditions.add("number IN (SELECT number FROM api_keys WHERE github_user_id = " + exact +
                       " UNION SELECT number FROM api_keys WHERE key_hint = " + exact +
                       " UNION SELECT rowid FROM login_search WHERE login_search MATCH " + phrase +
                       (named.empty() ? "" : " UNION SELECT number FROM api_keys WHERE github_user_id IN " + named) +
                       ")");
        return;
    }
    const std::string part = conditions.number_of(pattern_of_part(text));
    conditions.add("(github_user_id = " + exact + " OR key_hint = " + exact + " OR " +
                   holds_part("github_username", part, dialect) +
                   (named.empty() ? "" : " OR github_user_id IN " + named) + ")");
}

void add_filters(const GrantQuery& query, Conditions& conditions) {
    if (!query.hint.empty()) conditions.add("key_hint = #", query.hint);
    add_state(query, conditions);
    if (query.expires_by) {
        conditions.add("expires_at > {time:#}", seconds_of(query.now));
        conditions.add("expires_at <= {time:#}", seconds_of(*query.expires_by));
    }
    if (query.created_from) conditions.add("created_at >= {time:#}", seconds_of(*query.created_from));
    if (query.created_before) conditions.add("created_at < {time:#}", seconds_of(*query.created_before));
    if (!query.ids.empty()) conditions.add("id {in:#}", joined(query.ids));
    if (query.without_revoking) conditions.add("status <> 'revoking'");
    if (!query.successors_of.empty()) {
        const std::string ids = conditions.number_of(joined(query.successors_of));
        const std::string since = conditions.number_of(seconds_of(query.replaced_from));
        conditions.add(
            "keeps_place = 1 AND github_user_id IN (SELECT earlier.github_user_id FROM llmapikey.ledger "
            "AS earlier WHERE earlier.grant_id {in:" +
            ids + "} AND earlier.ended_at >= {time:" + since + "})");
    }
    // `<=` rather than `=`, although spending is never negative: with `=` SQLite picks the index of
    // the spending, whose selectivity it overestimates.
    if (query.is_unused) conditions.add("spent_micro_usd <= 0");
    if (query.not_used_since) {
        // If upstream has not reported when a key was used, spending shows that it was used.
        conditions.add("last_used_at < #::bigint", seconds_of(*query.not_used_since));
        conditions.add("(last_used_at > 0 OR spent_micro_usd <= 0)");
        conditions.add("created_at < {time:#}", seconds_of(*query.not_used_since));
    }
}

std::string spent_on_day(const std::string& table, const std::string& parameter) {
    return "(SELECT coalesce(sum(booked.spent_micro_usd), 0) FROM llmapikey.spending_days AS booked "
           "WHERE booked.github_user_id = " +
           table + ".github_user_id AND booked.day = " + parameter + " AND booked.spent_micro_usd > 0)";
}

std::string is_blocked(const std::string& table) {
    return has_hold(table, "held.until IS NULL");
}

std::string is_on_hold(const std::string& table, const std::string& now_parameter) {
    return has_hold(table, "held.until > {time:" + now_parameter + "}");
}

}  // namespace llmapikey
