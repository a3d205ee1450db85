#include "sql/sqlite/database.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>
#include <utility>

#include "base/system/file_access.hpp"

namespace llmapikey::sqlite {
namespace {

// Returns what an operator can do about a failure; empty if SQLite's message is enough.
const char* advice_for(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return "; the disk is full: free some space";
        case SQLITE_READONLY:
            return "; make the file and its folder writable for this user";
        case SQLITE_CANTOPEN:
            return "; make sure that the folder exists and is writable for this user, or set DATA_DIR";
        case SQLITE_NOTADB:
            return "; this is no database of ours: move it away or set DATA_DIR";
        case SQLITE_CORRUPT:
            return "; the file is damaged: restore it from a backup";
        case SQLITE_BUSY:
            return "; another process holds the database for too long";
        case SQLITE_IOERR:
            return "; the disk cannot be read or written";
        default:
            return "";
    }
}

Trouble trouble_of(int code) {
    switch (code & 0xff) {
        case SQLITE_FULL:
            return Trouble::disk_full;
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
            return Trouble::disk_error;
        case SQLITE_BUSY:
            return Trouble::busy;
        default:
            return Trouble::other;
    }
}

// WAL lets readers work beside the writer. FULL keeps acknowledged writes after a power cut,
// because they guard money. The schema is trusted because its triggers maintain the search index,
// and only this program writes the file.
constexpr const char* keep_a_wal = "PRAGMA journal_mode = WAL";
constexpr const char* writer_settings =
    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = ON;";
// These settings need no schema: each new connection would read it at its start.
constexpr const char* reader_settings = "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;";

// SQLite would create the file with the umask's mode. Nobody else may read the file, sealed or not.
void create_private(const std::string& path) {
    const int file = ::open(path.c_str(), O_CREAT | O_EXCL | O_CLOEXEC | O_RDWR, S_IRUSR | S_IWUSR);
    if (file >= 0) ::close(file);
}

// Verifies that the copy can be read back whole.
base::Result<void> check_copy(const std::string& path) {
    auto copy = TRY(Connection::open(path, Access::read_only, base::Millis{0}));
    auto query = TRY(copy->query("PRAGMA integrity_check"));
    TRY(query.step());
    if (query.text(0) == "ok") return {};
    return base::fail(base::Errc::store_unavailable, "the copy at " + path + " is damaged: " + query.text(0));
}

}  // namespace

void limit_memory(std::int64_t bytes) {
    sqlite3_soft_heap_limit64(bytes);
}

void FreeConnection::operator()(sqlite3* connection) const {
    sqlite3_close_v2(connection);
}
void FreeStatement::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Query::Query(Query&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)), bound_(other.bound_) {}

Query::~Query() {
    if (statement_ == nullptr) return;
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

Query& Query::bind(std::string_view text) {
    sqlite3_bind_text64(statement_, ++bound_, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    return *this;
}

Query& Query::bind(std::int64_t number) {
    sqlite3_bind_int64(statement_, ++bound_, number);
    return *this;
}

Query& Query::bind_null() {
    sqlite3_bind_null(statement_, ++bound_);
    return *this;
}

base::Result<bool> Query::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return tl::unexpected(connection_->error("running a statement"));
}

base::Result<int> Query::run() {
    while (true) {
        const auto has_row = TRY(step());
        if (!has_row) return sqlite3_changes(connection_->handle());
    }
}

std::string Query::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
}

std::int64_t Query::number(int column) const {
    return sqlite3_column_int64(statement_, column);
}

bool Query::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

int Query::columns() const {
    return sqlite3_column_count(statement_);
}

base::Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access,
                                                           base::Millis busy_timeout, Durability durability) {
    if (access == Access::read_write) create_private(path);
    const int mode = access == Access::read_write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE;
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &raw, mode | SQLITE_OPEN_NOMUTEX, nullptr);
    std::unique_ptr<Connection> connection(new Connection(raw, path));
    if (code != SQLITE_OK) return tl::unexpected(connection->error("opening"));
    sqlite3_extended_result_codes(raw, 1);
    sqlite3_busy_timeout(raw, static_cast<int>(busy_timeout.count()));
    TRY(access == Access::read_write ? connection->prepare_to_write(busy_timeout)
                                     : connection->execute(reader_settings));
    if (access == Access::read_write && durability == Durability::thrown_away) {
        TRY(connection->execute("PRAGMA synchronous = OFF"));
    }
    return connection;
}

// SQLite changes the journal mode of a new file without its busy handler, so two processes that
// start together would fail. The change is retried until the timeout.
base::Result<void> Connection::prepare_to_write(base::Millis busy_timeout) {
    const auto deadline = base::Deadline::after(busy_timeout);
    auto kept = execute(keep_a_wal);
    while (!kept && is_busy() && !deadline.has_passed()) {
        std::this_thread::sleep_for(base::Millis{2});
        kept = execute(keep_a_wal);
    }
    // The log grows while somebody reads, and is overwritten from its beginning afterwards. Then it
    // is cut to this size.
    if (kept) kept = execute("PRAGMA journal_size_limit = " + std::to_string(log_max));
    return kept ? execute(writer_settings) : kept;
}

base::Result<void> Connection::empty_log(base::Millis busy_timeout) {
    sqlite3* const connection = connection_.get();
    int frames = 0, moved = 0;
    int code = sqlite3_wal_checkpoint_v2(connection, nullptr, SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
    if (code == SQLITE_OK && moved == frames) {
        sqlite3_busy_timeout(connection, 0);
        code = sqlite3_wal_checkpoint_v2(connection, nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        sqlite3_busy_timeout(connection, static_cast<int>(busy_timeout.count()));
    }
    const bool is_in_use = trouble_of(code) == Trouble::busy || (code & 0xff) == SQLITE_LOCKED;
    return code == SQLITE_OK || is_in_use ? base::Result<void>{} : tl::unexpected(error("emptying the log"));
}

bool Connection::is_busy() const {
    return trouble_of(sqlite3_errcode(connection_.get())) == Trouble::busy;
}

base::Result<Query> Connection::query(std::string_view sql) {
    auto& statement = statements_[sql];
    if (statement == nullptr) {
        sqlite3_stmt* raw = nullptr;
        const int code = sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                                            SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
        if (code != SQLITE_OK) return tl::unexpected(error("preparing a statement"));
        statement.reset(raw);
    }
    return Query(*this, statement.get());
}

base::Result<void> Connection::execute(const std::string& sql) {
    if (sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK) return {};
    return tl::unexpected(error("running a script"));
}

base::Result<void> Connection::copy_to(const std::string& path) {
    create_private(path);
    auto copying = TRY(query("VACUUM INTO ?"));
    const auto copied = copying.bind(path).run();
    const auto checked = copied ? check_copy(path) : base::Result<void>(tl::unexpected(copied.error()));
    if (!checked) ::unlink(path.c_str());
    return checked;
}

int Connection::changes() const {
    return sqlite3_changes(connection_.get());
}

base::Error Connection::error(std::string_view doing) const {
    const int code = sqlite3_errcode(connection_.get());
    const Trouble trouble = trouble_of(code);
    const bool is_answer = (code & 0xff) == SQLITE_CONSTRAINT;  // a lost race for a row is a result, not a failure
    if (health_ != nullptr && !is_answer) health_->note(trouble);
    is_doubtful_ = is_doubtful_ || is_of_disk(trouble);
    const int kind = code & 0xff;
    const bool is_forbidden = kind == SQLITE_READONLY || kind == SQLITE_CANTOPEN || kind == SQLITE_PERM;
    return {base::Errc::store_unavailable,
            "database " + path_ + ": " + std::string(doing) + ": " + sqlite3_errmsg(connection_.get()) +
                (is_forbidden ? base::describe_access(path_) : "") + advice_for(code),
            {}};
}

// SQLite does not write unchanged pages, so the value is new each time.
base::Result<void> Connection::prove_writable() {
    const auto written = execute(
        "INSERT INTO facts (name, value, noted_at) VALUES ('written', hex(randomblob(8)), unixepoch()) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, noted_at = excluded.noted_at");
    if (!written) return base::fail(base::Errc::store_unwritable, written.error().detail);
    is_doubtful_ = false;
    return {};
}

base::Result<void> Connection::rehearse_write() {
    const auto begun = execute("PRAGMA query_only = OFF; BEGIN IMMEDIATE");
    if (!begun) return base::fail(base::Errc::store_unwritable, begun.error().detail);
    // BEGIN alone proves nothing: on a read-only file SQLite silently begins a read transaction.
    const auto written = execute("CREATE TABLE rehearsal (written INTEGER); INSERT INTO rehearsal VALUES (1)");
    (void)execute("ROLLBACK");  // nothing has been written to the file yet
    if (!written) return base::fail(base::Errc::store_unwritable, written.error().detail);
    return {};
}

base::Result<Transaction> Transaction::begin(Connection& connection) {
    TRY(connection.execute("BEGIN IMMEDIATE"));
    return Transaction(connection);
}

Transaction::~Transaction() {
    if (connection_ == nullptr || sqlite3_get_autocommit(connection_->handle()) != 0) return;
    sqlite3_exec(connection_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

base::Result<void> Transaction::commit() {
    return connection_->execute("COMMIT");
}

base::Result<void> expect_one(const base::Result<int>& changed) {
    const int count = TRY(changed);
    if (count == 1) return {};
    return base::fail(base::Errc::conflict, "the row is not in the state that was expected");
}

}  // namespace llmapikey::sqlite
