#include "storage/postgres/grant_rows.hpp"

namespace llmapikey::storage::postgres {

std::int64_t seconds_of(base::Timestamp time) {
    return time.time_since_epoch().count();
}

base::Result<domain::Grant> read_grant(const Rows& rows, int row) {
    const auto account = domain::GithubUserId::parse(rows.text(row, 1));
    const auto status = domain::parse_grant_status(rows.text(row, 3));
    if (!account || !status) {
        return base::fail(base::Errc::store_unavailable, "row " + rows.text(row, 0) + " of api_keys makes no sense");
    }
    const auto time = [&](int column) { return base::Timestamp{base::Seconds{rows.number(row, column)}}; };
    domain::Grant grant;
    grant.id = rows.text(row, 0);
    grant.github_user_id = *account;
    grant.github_username = rows.text(row, 2);
    grant.status = *status;
    grant.nonce = rows.text(row, 4);
    grant.delete_handle = rows.text(row, 5);
    grant.sealed_key = rows.text(row, 6);
    grant.key_hint = rows.text(row, 7);
    grant.daily_limit = base::MicroUsd{rows.number(row, 8)};
    grant.created_at = time(9);
    grant.attempted_at = time(10);
    grant.expires_at = time(11);
    return grant;
}

base::Result<std::vector<domain::Grant>> read_grants(const Rows& rows) {
    std::vector<domain::Grant> grants;
    for (int row = 0; row < rows.size(); ++row) {
        auto grant = read_grant(rows, row);
        if (!grant) return tl::unexpected(grant.error());
        grants.push_back(std::move(*grant));
    }
    return grants;
}

}  // namespace llmapikey::storage::postgres
