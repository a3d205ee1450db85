#include "storage/sqlite/grant_rows.hpp"

namespace llmapikey::storage::sqlite {

base::Timestamp time_of(std::int64_t seconds) {
    return base::Timestamp{base::Seconds{seconds}};
}
std::int64_t seconds_of(base::Timestamp time) {
    return time.time_since_epoch().count();
}

base::Result<domain::Grant> read_grant(const Query& row, int first) {
    const auto account = domain::GithubUserId::parse(row.text(first + 1));
    const auto status = domain::parse_grant_status(row.text(first + 3));
    if (!account || !status) {
        return base::fail(base::Errc::store_unavailable, "row " + row.text(first) + " of api_keys makes no sense");
    }
    domain::Grant grant;
    grant.id = row.text(first);
    grant.github_user_id = *account;
    grant.github_username = row.text(first + 2);
    grant.status = *status;
    grant.nonce = row.text(first + 4);
    grant.delete_handle = row.text(first + 5);
    grant.sealed_key = row.text(first + 6);
    grant.key_hint = row.text(first + 7);
    grant.daily_limit = base::MicroUsd{row.number(first + 8)};
    grant.created_at = time_of(row.number(first + 9));
    grant.attempted_at = time_of(row.number(first + 10));
    grant.expires_at = time_of(row.number(first + 11));
    return grant;
}

base::Result<std::vector<domain::Grant>> read_grants(Query& query) {
    std::vector<domain::Grant> grants;
    while (true) {
        const auto row = query.step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return grants;
        auto grant = read_grant(query);
        if (!grant) return tl::unexpected(grant.error());
        grants.push_back(std::move(*grant));
    }
}

base::Result<void> expect_one(const base::Result<int>& changed) {
    if (!changed) return tl::unexpected(changed.error());
    if (*changed == 1) return {};
    return base::fail(base::Errc::conflict, "the row is not in the state that was expected");
}

}  // namespace llmapikey::storage::sqlite
