#include "storage/postgres/postgres_admin_store.hpp"

#include "storage/grant_cursor.hpp"
#include "storage/grant_page.hpp"
#include "storage/postgres/grant_rows.hpp"

namespace llmapikey::storage::postgres {
namespace {

constexpr std::string_view lowest_id = "00000000-0000-0000-0000-000000000000";

// A statement for each combination of what is asked for, so that the planner sees only that. $3 and $4 are the row
// before, by its time in microseconds and its id. What is not asked for is bound all the same, as its type must be
// known.
std::string make_page_statement(unsigned wanted) {
    std::string sql = "SELECT " + grant_columns +
                      ", (extract(epoch FROM created_at) * 1000000)::bigint AS created_micros FROM llmapikey.api_keys "
                      "WHERE ";
    sql += (wanted & by_search) != 0 ? "(github_user_id = $1 OR key_hint = $1 OR github_username ILIKE $2)"
                                     : "($1::text IS NOT NULL AND $2::text IS NOT NULL)";
    sql += (wanted & by_cursor) != 0
               ? " AND (created_at, id) < (timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4::uuid)"
               : " AND $3::bigint IS NULL AND $4::uuid IS NULL";
    sql += (wanted & by_status) != 0 ? " AND status = $5" : " AND $5::text IS NOT NULL";
    return sql + " ORDER BY created_at DESC, id DESC LIMIT $6::bigint";
}

const std::string& page_statement(const service::GrantQuery& query) {
    static const auto all = all_page_statements(make_page_statement);
    return all[wanted_by(query)];
}

const std::string select_by_id = "SELECT " + grant_columns + " FROM llmapikey.api_keys WHERE id = $1::uuid";
const std::string select_ledger =
    "SELECT grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, "
    "floor(extract(epoch FROM created_at))::bigint, floor(extract(epoch FROM expires_at))::bigint, actor, reason, "
    "floor(extract(epoch FROM begun_at))::bigint, floor(extract(epoch FROM ended_at))::bigint "
    "FROM llmapikey.ledger WHERE github_user_id = $1 ORDER BY begun_at DESC, grant_id LIMIT 100";
// $5: whether there is a hold; $6: until when it lasts, NULL for until it is lifted.
const std::string begin_ending =
    "WITH ended AS (UPDATE llmapikey.api_keys SET status = 'revoking', openrouter_key = NULL "
    "WHERE id = $1::uuid AND status = 'active' RETURNING *), "
    "noted AS (INSERT INTO llmapikey.ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, "
    "key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at) "
    "SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, "
    "expires_at, $2, $3, to_timestamp($4::bigint) FROM ended), "
    "held AS (INSERT INTO llmapikey.holds (github_user_id, until, reason, actor, set_at) "
    "SELECT github_user_id, to_timestamp($6::bigint), $7, $2, to_timestamp($4::bigint) FROM ended WHERE $5 = 'hold' "
    "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, reason = excluded.reason, "
    "actor = excluded.actor, set_at = excluded.set_at) SELECT " +
    grant_columns + " FROM ended";
const std::string finish_ending =
    "WITH gone AS (DELETE FROM llmapikey.api_keys "
    "WHERE github_user_id = $1 AND id = $2::uuid AND status = 'revoking' RETURNING 1), "
    "closed AS (UPDATE llmapikey.ledger SET ended_at = to_timestamp($3::bigint) "
    "WHERE grant_id = $2::uuid AND ended_at IS NULL) "
    "UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)";
const std::string select_revoking =
    "SELECT " + grant_columns +
    " FROM llmapikey.api_keys WHERE status = 'revoking' AND id > $1::uuid ORDER BY id LIMIT $2::bigint";
const std::string upsert_hold =
    "INSERT INTO llmapikey.holds (github_user_id, until, reason, actor, set_at) "
    "VALUES ($1, to_timestamp($2::bigint), $3, $4, to_timestamp($5::bigint)) "
    "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, reason = excluded.reason, "
    "actor = excluded.actor, set_at = excluded.set_at";
const std::string delete_hold = "DELETE FROM llmapikey.holds WHERE github_user_id = $1";

base::Timestamp time_of(std::int64_t seconds) {
    return base::Timestamp{base::Seconds{seconds}};
}

void add_until(Parameters& parameters, const std::optional<domain::Hold>& hold) {
    if (hold && hold->until) {
        parameters.add(seconds_of(*hold->until));
    } else {
        parameters.add_null();
    }
}

service::LedgerEntry read_entry(const Rows& rows, int row, domain::GithubUserId account) {
    service::LedgerEntry entry;
    entry.grant.id = rows.text(row, 0);
    entry.grant.github_user_id = account;
    entry.grant.github_username = rows.text(row, 2);
    entry.grant.status = domain::GrantStatus::revoking;
    entry.grant.delete_handle = rows.text(row, 3);
    entry.grant.key_hint = rows.text(row, 4);
    entry.grant.daily_limit = base::MicroUsd{rows.number(row, 5)};
    entry.grant.created_at = entry.grant.attempted_at = time_of(rows.number(row, 6));
    entry.grant.expires_at = time_of(rows.number(row, 7));
    entry.actor = rows.text(row, 8);
    entry.reason = rows.text(row, 9);
    entry.begun_at = time_of(rows.number(row, 10));
    if (!rows.is_null(row, 11)) entry.ended_at = time_of(rows.number(row, 11));
    return entry;
}

}  // namespace

base::Result<service::GrantPage> PostgresAdminStore::list(const service::GrantQuery& query) {
    const auto cursor = GrantCursor::parse(query.cursor);
    if (!cursor) return tl::unexpected(cursor.error());
    Parameters parameters;
    parameters.add(query.search).add("%" + escaped_for_like(query.search) + "%");
    if (query.cursor.empty()) {
        parameters.add_null().add_null();
    } else {
        parameters.add(cursor->created_at).add(cursor->grant_id);
    }
    parameters.add(query.status ? domain::to_text(*query.status) : "").add(std::int64_t{query.limit} + 1);
    const auto answer = database_->run(page_statement(query), parameters, Patience::fail_fast);
    if (!answer) return tl::unexpected(answer.error());
    auto grants = read_grants(answer->rows);
    if (!grants) return tl::unexpected(grants.error());
    service::GrantPage page{std::move(*grants), ""};
    if (page.grants.size() > static_cast<std::size_t>(query.limit)) {
        page.grants.pop_back();
        const auto created = answer->rows.number(query.limit - 1, grant_column_count);
        page.next_cursor = GrantCursor{created, page.grants.back().id}.text();
    }
    return page;
}

base::Result<std::optional<domain::Grant>> PostgresAdminStore::find_grant(const std::string& grant_id) {
    const auto answer = database_->run(select_by_id, Parameters().add(grant_id), Patience::fail_fast);
    if (!answer) return tl::unexpected(answer.error());
    if (answer->rows.empty()) return std::nullopt;
    auto grant = read_grant(answer->rows, 0);
    if (!grant) return tl::unexpected(grant.error());
    return std::optional(std::move(*grant));
}

base::Result<std::vector<service::LedgerEntry>> PostgresAdminStore::ledger_of(domain::GithubUserId id) {
    const auto answer = database_->run(select_ledger, Parameters().add(id.text()), Patience::fail_fast);
    if (!answer) return tl::unexpected(answer.error());
    std::vector<service::LedgerEntry> entries;
    for (int row = 0; row < answer->rows.size(); ++row)
        entries.push_back(read_entry(answer->rows, row, id));
    return entries;
}

base::Result<domain::Grant> PostgresAdminStore::begin_revocation(const service::RevocationRequest& request) {
    Parameters parameters;
    parameters.add(request.grant_id).add(request.actor).add(request.reason).add(seconds_of(request.now));
    parameters.add(request.hold ? "hold" : "");
    add_until(parameters, request.hold);
    parameters.add(request.hold ? request.hold->reason : "");
    const auto answer = database_->run(begin_ending, parameters, Patience::fail_fast);
    if (!answer) return tl::unexpected(answer.error());
    if (!answer->rows.empty()) return read_grant(answer->rows, 0);
    const auto grant = find_grant(request.grant_id);
    if (!grant) return tl::unexpected(grant.error());
    if (!*grant) return base::fail(base::Errc::not_found, "there is no such key");
    if ((*grant)->status == domain::GrantStatus::revoking) return **grant;
    return base::fail(base::Errc::conflict, "the key is still being made");
}

base::Result<void> PostgresAdminStore::finish_revocation(const domain::Grant& grant, base::Timestamp now) {
    const auto parameters = Parameters().add(grant.github_user_id.text()).add(grant.id).add(seconds_of(now));
    const auto answer = database_->run(finish_ending, parameters, Patience::wait);
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

base::Result<std::vector<domain::Grant>> PostgresAdminStore::list_revoking(const std::string& after_id, int limit) {
    const auto parameters =
        Parameters().add(after_id.empty() ? lowest_id : std::string_view(after_id)).add(std::int64_t{limit});
    const auto answer = database_->run(select_revoking, parameters, Patience::wait);
    if (!answer) return tl::unexpected(answer.error());
    return read_grants(answer->rows);
}

base::Result<void> PostgresAdminStore::set_hold(domain::GithubUserId id, const std::optional<domain::Hold>& hold,
                                                const std::string& actor, base::Timestamp now) {
    Parameters parameters;
    parameters.add(id.text());
    if (hold) {
        add_until(parameters, hold);
        parameters.add(hold->reason).add(actor).add(seconds_of(now));
    }
    const auto answer = database_->run(hold ? upsert_hold : delete_hold, parameters, Patience::fail_fast);
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

}  // namespace llmapikey::storage::postgres
