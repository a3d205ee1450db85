#include "storage/sqlite/sqlite_admin_store.hpp"

#include <algorithm>

#include "storage/grant_cursor.hpp"
#include "storage/grant_page.hpp"
#include "storage/sqlite/grant_rows.hpp"

namespace llmapikey::storage::sqlite {
namespace {

// A part of a login that fits no more rows than this is looked up; one that fits more is found soon enough by reading
// from the newest on.
constexpr int most_looked_up = 1000;
constexpr std::string_view count_fitting =
    "SELECT count(*) FROM (SELECT 1 FROM login_search WHERE login_search MATCH ? LIMIT ?)";

constexpr std::string_view by_index =
    " AND number IN (SELECT number FROM api_keys WHERE github_user_id = ?1 UNION "
    "SELECT number FROM api_keys WHERE key_hint = ?1 UNION SELECT rowid FROM login_search WHERE login_search MATCH ?2)";
constexpr std::string_view by_reading =
    " AND (github_user_id = ?1 OR key_hint = ?1 OR github_username LIKE ?2 ESCAPE '\\')";

enum class Search { look_up, read_through };

// A statement for each combination of what is asked for, so that the planner sees only that: with all conditions in one
// it would walk from the newest row to a deep page. ?3 and ?4 are the row before.
std::string make_page_statement(unsigned wanted, Search search) {
    std::string sql = "SELECT " + grant_columns + " FROM api_keys WHERE true";
    if ((wanted & by_search) != 0) {
        sql += search == Search::look_up ? by_index : by_reading;
    }
    if ((wanted & by_cursor) != 0) sql += " AND (created_at, id) < (?3, ?4)";
    if ((wanted & by_status) != 0) sql += " AND status = ?5";
    return sql + " ORDER BY created_at DESC, id DESC LIMIT ?6";
}

const std::string& page_statement(const service::GrantQuery& query, Search search) {
    static const auto of_index =
        all_page_statements([](unsigned wanted) { return make_page_statement(wanted, Search::look_up); });
    static const auto of_reading =
        all_page_statements([](unsigned wanted) { return make_page_statement(wanted, Search::read_through); });
    return (search == Search::look_up ? of_index : of_reading)[wanted_by(query)];
}

// A phrase of FTS5, which finds it anywhere in a login; the index knows nothing shorter than three characters.
std::string phrase_of(const std::string& text) {
    std::string phrase = "\"";
    for (const char c : text)
        phrase += c == '"' ? std::string("\"\"") : std::string(1, c);
    return phrase + "\"";
}

bool is_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

base::Result<Search> search_of(Connection& connection, const std::string& text) {
    if (text.size() < 3 || !is_ascii(text)) return Search::read_through;
    auto query = connection.query(count_fitting);
    if (!query) return tl::unexpected(query.error());
    const auto row = query->bind(phrase_of(text)).bind(most_looked_up + 1).step();
    if (!row) return tl::unexpected(row.error());
    return query->number(0) > most_looked_up ? Search::read_through : Search::look_up;
}

const std::string select_by_id = "SELECT " + grant_columns + " FROM api_keys WHERE id = ?";
constexpr std::string_view select_ledger =
    "SELECT grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, "
    "created_at, expires_at, actor, reason, begun_at, ended_at FROM ledger WHERE github_user_id = ? "
    "ORDER BY begun_at DESC, grant_id LIMIT 100";
constexpr std::string_view update_to_revoking =
    "UPDATE api_keys SET status = 'revoking', openrouter_key = NULL WHERE id = ? AND status = 'active'";
constexpr std::string_view insert_entry =
    "INSERT INTO ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, "
    "daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at) "
    "SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, "
    "expires_at, ?2, ?3, ?4 FROM api_keys WHERE id = ?1";
constexpr std::string_view delete_revoked = "DELETE FROM api_keys WHERE id = ? AND status = 'revoking'";
constexpr std::string_view close_entry = "UPDATE ledger SET ended_at = ? WHERE grant_id = ? AND ended_at IS NULL";
const std::string select_revoking =
    "SELECT " + grant_columns + " FROM api_keys WHERE status = 'revoking' AND id > ? ORDER BY id LIMIT ?";
constexpr std::string_view upsert_hold =
    "INSERT INTO holds (github_user_id, until, reason, actor, set_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, reason = excluded.reason, "
    "actor = excluded.actor, set_at = excluded.set_at";
constexpr std::string_view delete_hold = "DELETE FROM holds WHERE github_user_id = ?";

service::LedgerEntry read_entry(const Query& row, domain::GithubUserId account) {
    service::LedgerEntry entry;
    entry.grant.id = row.text(0);
    entry.grant.github_user_id = account;
    entry.grant.github_username = row.text(2);
    entry.grant.status = domain::GrantStatus::revoking;
    entry.grant.delete_handle = row.text(3);
    entry.grant.key_hint = row.text(4);
    entry.grant.daily_limit = base::MicroUsd{row.number(5)};
    entry.grant.created_at = entry.grant.attempted_at = time_of(row.number(6));
    entry.grant.expires_at = time_of(row.number(7));
    entry.actor = row.text(8);
    entry.reason = row.text(9);
    entry.begun_at = time_of(row.number(10));
    if (!row.is_null(11)) entry.ended_at = time_of(row.number(11));
    return entry;
}

base::Result<std::optional<domain::Grant>> find_by_id(Connection& connection, const std::string& grant_id) {
    auto query = connection.query(select_by_id);
    if (!query) return tl::unexpected(query.error());
    const auto row = query->bind(grant_id).step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return std::nullopt;
    auto grant = read_grant(*query);
    if (!grant) return tl::unexpected(grant.error());
    return std::optional(std::move(*grant));
}

base::Result<void> write_hold(Connection& connection, domain::GithubUserId id, const domain::Hold& hold,
                              const std::string& actor, base::Timestamp now) {
    auto query = connection.query(upsert_hold);
    if (!query) return tl::unexpected(query.error());
    query->bind(id.text());
    if (hold.until) {
        query->bind(seconds_of(*hold.until));
    } else {
        query->bind_null();
    }
    return expect_one(query->bind(hold.reason).bind(actor).bind(seconds_of(now)).run());
}

base::Result<void> note_in_ledger(Connection& connection, const service::RevocationRequest& request) {
    auto query = connection.query(insert_entry);
    if (!query) return tl::unexpected(query.error());
    return expect_one(
        query->bind(request.grant_id).bind(request.actor).bind(request.reason).bind(seconds_of(request.now)).run());
}

base::Result<int> run(Connection& connection, std::string_view sql, const std::string& value) {
    auto query = connection.query(sql);
    if (!query) return tl::unexpected(query.error());
    return query->bind(value).run();
}

}  // namespace

base::Result<service::GrantPage> SqliteAdminStore::list(const service::GrantQuery& wanted) {
    const auto cursor = GrantCursor::parse(wanted.cursor);
    if (!cursor) return tl::unexpected(cursor.error());
    Connections::Reader reader(*connections_);
    const auto search = search_of(*reader, wanted.search);
    if (!search) return tl::unexpected(search.error());
    auto query = reader->query(page_statement(wanted, *search));
    if (!query) return tl::unexpected(query.error());
    query->bind(wanted.search)
        .bind(*search == Search::look_up ? phrase_of(wanted.search) : "%" + escaped_for_like(wanted.search) + "%")
        .bind(cursor->created_at)
        .bind(cursor->grant_id)
        .bind(wanted.status ? domain::to_text(*wanted.status) : std::string_view(""))
        .bind(std::int64_t{wanted.limit} + 1);
    auto grants = read_grants(*query);
    if (!grants) return tl::unexpected(grants.error());
    service::GrantPage page{std::move(*grants), ""};
    if (page.grants.size() > static_cast<std::size_t>(wanted.limit)) {
        page.grants.pop_back();
        page.next_cursor = GrantCursor{seconds_of(page.grants.back().created_at), page.grants.back().id}.text();
    }
    return page;
}

base::Result<std::optional<domain::Grant>> SqliteAdminStore::find_grant(const std::string& grant_id) {
    Connections::Reader reader(*connections_);
    return find_by_id(*reader, grant_id);
}

base::Result<std::vector<service::LedgerEntry>> SqliteAdminStore::ledger_of(domain::GithubUserId id) {
    Connections::Reader reader(*connections_);
    auto query = reader->query(select_ledger);
    if (!query) return tl::unexpected(query.error());
    query->bind(id.text());
    std::vector<service::LedgerEntry> entries;
    while (true) {
        const auto row = query->step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return entries;
        entries.push_back(read_entry(*query, id));
    }
}

base::Result<domain::Grant> SqliteAdminStore::begin_revocation(const service::RevocationRequest& request) {
    Connections::Writer writer(*connections_);
    auto transaction = Transaction::begin(*writer);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto changed = run(*writer, update_to_revoking, request.grant_id);
    if (!changed) return tl::unexpected(changed.error());
    auto grant = find_by_id(*writer, request.grant_id);
    if (!grant) return tl::unexpected(grant.error());
    if (!*grant) return base::fail(base::Errc::not_found, "there is no such key");
    if ((*grant)->status != domain::GrantStatus::revoking) {
        return base::fail(base::Errc::conflict, "the key is still being made");
    }
    if (*changed == 0) return **grant;
    const auto noted = note_in_ledger(*writer, request);
    if (!noted) return tl::unexpected(noted.error());
    if (request.hold) {
        const auto held = write_hold(*writer, (*grant)->github_user_id, *request.hold, request.actor, request.now);
        if (!held) return tl::unexpected(held.error());
    }
    const auto committed = transaction->commit();
    if (!committed) return tl::unexpected(committed.error());
    return **grant;
}

base::Result<void> SqliteAdminStore::finish_revocation(const domain::Grant& grant, base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = Transaction::begin(*writer);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto removed = run(*writer, delete_revoked, grant.id);
    if (!removed) return tl::unexpected(removed.error());
    auto query = writer->query(close_entry);
    if (!query) return tl::unexpected(query.error());
    const auto closed = query->bind(seconds_of(now)).bind(grant.id).run();
    if (!closed) return tl::unexpected(closed.error());
    return transaction->commit();
}

base::Result<std::vector<domain::Grant>> SqliteAdminStore::list_revoking(const std::string& after_id, int limit) {
    Connections::Reader reader(*connections_);
    auto query = reader->query(select_revoking);
    if (!query) return tl::unexpected(query.error());
    query->bind(after_id).bind(limit);
    return read_grants(*query);
}

base::Result<void> SqliteAdminStore::set_hold(domain::GithubUserId id, const std::optional<domain::Hold>& hold,
                                              const std::string& actor, base::Timestamp now) {
    Connections::Writer writer(*connections_);
    if (hold) return write_hold(*writer, id, *hold, actor, now);
    const auto lifted = run(*writer, delete_hold, id.text());
    if (!lifted) return tl::unexpected(lifted.error());
    return {};
}

}  // namespace llmapikey::storage::sqlite
