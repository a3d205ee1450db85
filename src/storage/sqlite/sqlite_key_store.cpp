#include "storage/sqlite/sqlite_key_store.hpp"

#include "storage/sqlite/migrations.hpp"

namespace llmapikey::storage::sqlite {
namespace {

const std::string grant_columns =
    "id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint, "
    "daily_limit_micro_usd, created_at, attempted_at, expires_at";

const std::string select_by_account = "SELECT " + grant_columns + " FROM api_keys WHERE github_user_id = ?";
const std::string select_unsettled =
    "SELECT " + grant_columns +
    " FROM api_keys WHERE status <> 'active' AND id > ? AND attempted_at <= ? ORDER BY id LIMIT ?";
// Inserts nothing if the account has a row, or if all places are taken.
constexpr std::string_view insert_pending =
    "INSERT INTO api_keys (id, github_user_id, github_username, status, nonce, daily_limit_micro_usd, created_at, "
    "attempted_at, expires_at) "
    "SELECT ?1, ?2, ?3, 'pending', ?4, ?5, ?6, ?6, ?7 WHERE ?8 = 0 OR (SELECT live FROM totals) < ?8 "
    "ON CONFLICT (github_user_id) DO NOTHING";
constexpr std::string_view update_to_active =
    "UPDATE api_keys SET status = 'active', openrouter_delete_hash = ?, openrouter_key = ?, key_hint = ? "
    "WHERE id = ? AND nonce = ? AND status = 'pending'";
constexpr std::string_view update_to_ambiguous =
    "UPDATE api_keys SET status = 'ambiguous', openrouter_delete_hash = coalesce(openrouter_delete_hash, nullif(?, "
    "'')) "
    "WHERE id = ? AND nonce = ? AND status <> 'active'";
constexpr std::string_view delete_unsettled = "DELETE FROM api_keys WHERE id = ? AND nonce = ? AND status <> 'active'";
constexpr std::string_view update_login =
    "UPDATE api_keys SET github_username = ?1 WHERE github_user_id = ?2 AND github_username <> ?1";
constexpr std::string_view select_login = "SELECT github_username FROM api_keys WHERE github_user_id = ?";
constexpr std::string_view select_known =
    "SELECT EXISTS (SELECT 1 FROM api_keys WHERE openrouter_delete_hash = ?1) "
    "OR (?2 <> '' AND EXISTS (SELECT 1 FROM api_keys WHERE nonce = ?2))";
constexpr std::string_view select_totals = "SELECT live FROM totals";

base::Timestamp time_of(std::int64_t seconds) {
    return base::Timestamp{base::Seconds{seconds}};
}
std::int64_t seconds_of(base::Timestamp time) {
    return time.time_since_epoch().count();
}

base::Result<domain::Grant> read_grant(const Query& row) {
    const auto account = domain::GithubUserId::parse(row.text(1));
    const auto status = domain::parse_grant_status(row.text(3));
    if (!account || !status) {
        return base::fail(base::Errc::store_unavailable, "row " + row.text(0) + " of api_keys makes no sense");
    }
    domain::Grant grant;
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
    return grant;
}

base::Result<std::optional<domain::Grant>> find_in(Connection& connection, domain::GithubUserId id) {
    auto query = connection.query(select_by_account);
    if (!query) return tl::unexpected(query.error());
    const auto row = query->bind(id.text()).step();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return std::nullopt;
    auto grant = read_grant(*query);
    if (!grant) return tl::unexpected(grant.error());
    return std::optional(std::move(*grant));
}

base::Result<int> insert_reservation(Connection& connection, const service::ReserveRequest& request) {
    auto query = connection.query(insert_pending);
    if (!query) return tl::unexpected(query.error());
    return query->bind(request.grant_id)
        .bind(request.recipient.id.text())
        .bind(request.recipient.login)
        .bind(request.nonce)
        .bind(request.daily_limit.value)
        .bind(seconds_of(request.now))
        .bind(seconds_of(request.expires_at))
        .bind(request.max_total_keys)
        .run();
}

// A conditional change of one row: conflict if the condition did not hold.
base::Result<void> expect_one(const base::Result<int>& changed) {
    if (!changed) return tl::unexpected(changed.error());
    if (*changed == 1) return {};
    return base::fail(base::Errc::conflict, "the row is not in the state that was expected");
}

}  // namespace

SqliteKeyStore::Reader::Reader(SqliteKeyStore& store) : store_(store) {
    std::unique_lock lock(store_.readers_mutex_);
    store_.reader_is_free_.wait(lock, [this] { return !store_.readers_.empty(); });
    connection_ = std::move(store_.readers_.back());
    store_.readers_.pop_back();
}

SqliteKeyStore::Reader::~Reader() {
    {
        const std::lock_guard lock(store_.readers_mutex_);
        store_.readers_.push_back(std::move(connection_));
    }
    store_.reader_is_free_.notify_one();
}

base::Result<std::unique_ptr<SqliteKeyStore>> SqliteKeyStore::open(const StoreOptions& options) {
    std::unique_ptr<SqliteKeyStore> store(new SqliteKeyStore());
    auto writer = Connection::open(options.path, Access::read_write, options.busy_timeout);
    if (!writer) return tl::unexpected(writer.error());
    const auto checked = check_schema(**writer);
    if (!checked) return tl::unexpected(checked.error());
    store->writer_ = std::move(*writer);
    for (int i = 0; i < options.readers; ++i) {
        auto reader = Connection::open(options.path, Access::read_only, options.busy_timeout);
        if (!reader) return tl::unexpected(reader.error());
        store->readers_.push_back(std::move(*reader));
    }
    return store;
}

base::Result<std::optional<domain::Grant>> SqliteKeyStore::find(domain::GithubUserId id) {
    Reader reader(*this);
    return find_in(*reader, id);
}

base::Result<service::ReserveOutcome> SqliteKeyStore::reserve(const service::ReserveRequest& request) {
    const std::lock_guard lock(writer_mutex_);
    auto transaction = Transaction::begin(*writer_);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto inserted = insert_reservation(*writer_, request);
    if (!inserted) return tl::unexpected(inserted.error());
    auto held = find_in(*writer_, request.recipient.id);
    if (!held) return tl::unexpected(held.error());
    if (!*held) return service::ReserveOutcome{service::QuotaFull{}};
    const bool is_new = (*held)->id == request.grant_id;
    if (!is_new) return service::ReserveOutcome{service::AlreadyHeld{std::move(**held)}};
    const auto committed = transaction->commit();
    if (!committed) return tl::unexpected(committed.error());
    return service::ReserveOutcome{service::Reserved{std::move(**held)}};
}

base::Result<void> SqliteKeyStore::activate(const service::Attempt& attempt, const service::Activation& activation) {
    const std::lock_guard lock(writer_mutex_);
    auto query = writer_->query(update_to_active);
    if (!query) return tl::unexpected(query.error());
    return expect_one(query->bind(activation.delete_handle)
                          .bind(activation.sealed_key)
                          .bind(activation.key_hint)
                          .bind(attempt.grant_id)
                          .bind(attempt.nonce)
                          .run());
}

base::Result<void> SqliteKeyStore::mark_ambiguous(const service::Attempt& attempt, const std::string& delete_handle) {
    const std::lock_guard lock(writer_mutex_);
    auto query = writer_->query(update_to_ambiguous);
    if (!query) return tl::unexpected(query.error());
    return expect_one(query->bind(delete_handle).bind(attempt.grant_id).bind(attempt.nonce).run());
}

base::Result<void> SqliteKeyStore::release(const service::Attempt& attempt) {
    const std::lock_guard lock(writer_mutex_);
    auto query = writer_->query(delete_unsettled);
    if (!query) return tl::unexpected(query.error());
    return expect_one(query->bind(attempt.grant_id).bind(attempt.nonce).run());
}

base::Result<void> SqliteKeyStore::update_username(const domain::Recipient& recipient) {
    {
        // Hardly ever is there anything to write: look first, without the writer's lock.
        Reader reader(*this);
        auto query = reader->query(select_login);
        if (!query) return tl::unexpected(query.error());
        const auto row = query->bind(recipient.id.text()).step();
        if (!row) return tl::unexpected(row.error());
        if (!*row || query->text(0) == recipient.login) return {};
    }
    const std::lock_guard lock(writer_mutex_);
    auto query = writer_->query(update_login);
    if (!query) return tl::unexpected(query.error());
    const auto changed = query->bind(recipient.login).bind(recipient.id.text()).run();
    if (!changed) return tl::unexpected(changed.error());
    return {};
}

base::Result<std::vector<domain::Grant>> SqliteKeyStore::list_unsettled(base::Timestamp attempted_by,
                                                                        const std::string& after_id, int limit) {
    Reader reader(*this);
    auto query = reader->query(select_unsettled);
    if (!query) return tl::unexpected(query.error());
    query->bind(after_id).bind(seconds_of(attempted_by)).bind(limit);
    std::vector<domain::Grant> grants;
    while (true) {
        const auto row = query->step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return grants;
        auto grant = read_grant(*query);
        if (!grant) return tl::unexpected(grant.error());
        grants.push_back(std::move(*grant));
    }
}

base::Result<bool> SqliteKeyStore::knows(const std::string& delete_handle, const std::string& nonce) {
    Reader reader(*this);
    auto query = reader->query(select_known);
    if (!query) return tl::unexpected(query.error());
    const auto row = query->bind(delete_handle).bind(nonce).step();
    if (!row) return tl::unexpected(row.error());
    return query->number(0) != 0;
}

base::Result<service::GrantTotals> SqliteKeyStore::totals() {
    Reader reader(*this);
    auto query = reader->query(select_totals);
    if (!query) return tl::unexpected(query.error());
    const auto row = query->step();
    if (!row) return tl::unexpected(row.error());
    return service::GrantTotals{query->number(0)};
}

base::Result<void> SqliteKeyStore::check() {
    const std::lock_guard lock(writer_mutex_);
    auto transaction = Transaction::begin(*writer_);  // fails on a database that cannot be written
    if (!transaction) return tl::unexpected(transaction.error());
    return check_schema(*writer_);
}

}  // namespace llmapikey::storage::sqlite
