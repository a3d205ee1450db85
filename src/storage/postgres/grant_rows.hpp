#pragma once

#include <string>
#include <vector>

#include "domain/grant.hpp"
#include "storage/postgres/connection.hpp"

// How rows of api_keys become grants; private to the stores of this folder. Times leave and enter as whole Unix
// seconds.
namespace llmapikey::storage::postgres {

// In the order that read_grant() expects. Inline, so that it is there before the statements that are built with it.
inline const std::string grant_columns =
    "id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint, "
    "daily_limit_micro_usd, floor(extract(epoch FROM created_at))::bigint AS created, "
    "floor(extract(epoch FROM attempted_at))::bigint AS attempted, "
    "floor(extract(epoch FROM expires_at))::bigint AS expires";
inline constexpr int grant_column_count = 12;

std::int64_t seconds_of(base::Timestamp time);
base::Result<domain::Grant> read_grant(const Rows& rows, int row);
base::Result<std::vector<domain::Grant>> read_grants(const Rows& rows);

}  // namespace llmapikey::storage::postgres
