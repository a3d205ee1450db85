#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "grant/grant.hpp"
#include "sql/sql_database.hpp"
#include "sql/stored_time.hpp"

// How rows of api_keys become grants, in both databases.
namespace llmapikey {

// In the order that grant_of_row() expects, as for translated(). A replacement keeps the row: what belongs to the old
// key alone is reset by the statements of store_sqlite_endings.cpp and store_postgres_endings.cpp.
inline constexpr std::string_view grant_column_list =
    "id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint, "
    "daily_limit_micro_usd, {epoch:created_at} AS created, {epoch:attempted_at} AS attempted, "
    "{epoch:expires_at} AS expires, is_disabled, unsynced, spent_micro_usd, spent_as_of, revealed_at, reveal_reason, "
    "queued_at / 1000000 AS queued, next_attempt_at, attempts, problem, keeps_place, carried_micro_usd, carried_until, "
    "missing_since, last_used_at";
inline const std::string portable_grant_columns(grant_column_list);
inline constexpr int grant_column_count =
    1 + static_cast<int>(std::count(grant_column_list.begin(), grant_column_list.end(), ','));

// Rows of which an attempt may have made a key that is not known yet: is_ending_attempt() has the last of them.
inline const std::string ending_attempt = "(status = 'revoking' AND openrouter_delete_hash IS NULL AND nonce <> '')";
inline const std::string unsettled_attempt = "(status IN ('pending', 'ambiguous') OR " + ending_attempt + ")";

// `row`: anything with text(), number() and is_null() of a column's number.
template <class Row>
base::Result<Grant> grant_of_row(const Row& row) {
    const auto account = GithubUserId::parse(row.text(1));
    const auto status = parse_grant_status(row.text(3));
    if (!account || !status) {
        return base::fail(base::Errc::store_unavailable, "row " + row.text(0) + " of api_keys makes no sense");
    }
    Grant grant;
    grant.id = row.text(0);
    grant.github_user_id = *account;
    grant.github_username = row.text(2);
    grant.status = *status;
    grant.nonce = row.text(4);
    grant.delete_handle = row.text(5);
    grant.sealed_key = row.text(6);
    grant.key_hint = row.text(7);
    grant.daily_limit = base::MicroUsd{row.number(8)};
    grant.created_at = time_of(row.number(9));
    grant.attempted_at = time_of(row.number(10));
    grant.expires_at = time_of(row.number(11));
    grant.is_disabled = row.number(12) != 0;
    grant.unsynced = row.text(13);
    grant.spent = base::MicroUsd{row.number(14)};
    if (!row.is_null(15)) grant.spent_as_of = time_of(row.number(15));
    if (!row.is_null(16)) grant.reveal = Reveal{time_of(row.number(16)), row.text(17)};
    const auto time_if_any = [&](int column) {
        return row.is_null(column) ? std::nullopt : std::optional(time_of(row.number(column)));
    };
    grant.queued_at = time_if_any(18);
    grant.next_attempt_at = time_if_any(19);
    grant.attempts = static_cast<int>(row.number(20));
    grant.problem = parse_mint_problem(row.text(21));
    grant.keeps_place = row.number(22) != 0;
    grant.carried = base::MicroUsd{row.number(23)};
    grant.carried_until = time_if_any(24);
    grant.missing_since = time_if_any(25);
    if (row.number(26) > 0) grant.last_used_at = time_of(row.number(26));
    return grant;
}

base::Result<std::vector<Grant>> grants_of(const SqlAnswer& answer);

// Where a list by id begins: behind `after_id`, or with the first.
inline std::string_view from_id(const std::string& after_id) {
    return after_id.empty() ? std::string_view("00000000-0000-0000-0000-000000000000") : std::string_view(after_id);
}

}  // namespace llmapikey
