#include "sql/postgres/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <cstring>

#include "base/encoding.hpp"

namespace llmapikey::postgres {
namespace {

constexpr base::Millis first_answer{3'000};

void ignore_notice(void*, const PGresult*) {}

std::vector<const char*> pointers_to(const Parameters& parameters) {
    std::vector<const char*> values;
    for (const auto& value : parameters.values())
        values.push_back(value ? value->c_str() : nullptr);
    return values;
}

PGconn* connect(const ConnectionSettings& settings, const std::string& options) {
    std::vector<const char*> names, values;
    for (const auto& [name, value] : settings.values()) {
        names.push_back(name.c_str());
        values.push_back(value.c_str());
    }
    if (!options.empty()) {
        names.push_back("options");
        values.push_back(options.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    return PQconnectdbParams(names.data(), values.data(), 0);
}

std::string server_settings(const ConnectionSettings& settings, base::Millis statement_timeout) {
    for (const auto& [name, value] : settings.values()) {
        if (name == "options") return {};  // the operator has set their own
    }
    if (statement_timeout == base::Millis{0}) return {};
    const std::string limit = std::to_string(statement_timeout.count());
    return "-c statement_timeout=" + limit + " -c idle_in_transaction_session_timeout=" + limit;
}

const char* advice_for(std::string_view sqlstate) {
    if (sqlstate == "42501") return "; grant it, or connect as the owner of the schema llmapikey";
    if (sqlstate == "42P01" || sqlstate == "3F000" || sqlstate == "42703") return "; run `llmapikey migrate up`";
    if (sqlstate == "25006") return "; connect to the primary, or add target_session_attrs=read-write to POSTGRES_URL";
    if (sqlstate == "53100") return "; the database's disk is full: free some space";
    if (sqlstate == "53300") return "; lower POSTGRES_POOL_SIZE or put a pooler in front";
    return "";
}

}  // namespace

Parameters& Parameters::add(std::string_view text) {
    values_.emplace_back(text);
    return *this;
}

Parameters& Parameters::add(std::int64_t number) {
    values_.emplace_back(std::to_string(number));
    return *this;
}

Parameters& Parameters::add_null() {
    values_.emplace_back();
    return *this;
}

void FreeResult::operator()(pg_result* result) const {
    PQclear(result);
}
void FreeConnection::operator()(pg_conn* connection) const {
    PQfinish(connection);
}

int Rows::size() const {
    return PQntuples(result_.get());
}
std::string Rows::text(int row, int column) const {
    return std::string(PQgetvalue(result_.get(), row, column),
                       static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
}
std::int64_t Rows::number(int row, int column) const {
    return std::strtoll(PQgetvalue(result_.get(), row, column), nullptr, 10);
}
bool Rows::flag(int row, int column) const {
    return *PQgetvalue(result_.get(), row, column) == 't';
}
bool Rows::is_null(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) == 1;
}
int Rows::columns() const {
    return PQnfields(result_.get());
}

int Rows::changed() const {
    return static_cast<int>(base::parse_whole_number(PQcmdTuples(result_.get())).value_or(0));
}

base::Result<std::unique_ptr<Connection>> Connection::open(const ConnectionSettings& settings,
                                                           base::Millis statement_timeout) {
    const std::string options = server_settings(settings, statement_timeout);
    std::unique_ptr<Connection> connection(new Connection(connect(settings, options), settings));
    PGconn* raw = connection->connection_.get();
    // PgBouncer refuses these settings unless it is told to ignore them. Then the deadline on our
    // side must do.
    const bool is_option_refused = !options.empty() && raw != nullptr && PQstatus(raw) != CONNECTION_OK &&
                                   std::strstr(PQerrorMessage(raw), "startup parameter") != nullptr;
    if (is_option_refused) {
        connection->connection_.reset(connect(settings, ""));
        raw = connection->connection_.get();
    }
    if (raw == nullptr) return base::fail(base::Errc::internal, "out of memory");
    if (PQstatus(raw) != CONNECTION_OK) {
        const std::string message = connection->last_message();
        // libpq checks the values of its parameters only now: "invalid port number", "invalid
        // sslmode value".
        const bool is_malformed = message.starts_with("invalid ");
        return base::fail(is_malformed ? base::Errc::invalid_input : base::Errc::store_unavailable,
                          "database " + settings.description() + ": " + message + "; check POSTGRES_URL");
    }
    PQsetNoticeReceiver(raw, ignore_notice, nullptr);
    PQsetnonblocking(raw, 1);
    connection->keeps_statements_ = connection->is_direct(base::Deadline::after(first_answer));
    return connection;
}

std::string Connection::last_message() const {
    std::string message(base::trim(PQerrorMessage(connection_.get())));
    for (char& c : message) {
        if (c == '\n') c = ' ';
    }
    while (!message.empty() && message.back() == ' ')
        message.pop_back();
    return settings_.without_secrets(std::move(message));
}

// A pooler reports its own process id at connect; a direct server reports the one that answers.
bool Connection::is_direct(base::Deadline deadline) {
    const auto answer = query("SELECT pg_backend_pid()", Parameters(), deadline);
    return answer && answer->number(0, 0) == PQbackendPID(connection_.get());
}

Failure Connection::broken(Failure::Kind kind, std::string message) {
    is_broken_ = true;
    return {kind, "", std::move(message)};
}

// Sends what is unsent, and reads until an answer is complete.
Outcome<void> Connection::wait_for_answer(base::Deadline deadline) {
    PGconn* raw = connection_.get();
    while (true) {
        const int unsent = PQflush(raw);
        if (unsent < 0) return tl::unexpected(broken(Failure::Kind::lost, last_message()));
        if (unsent == 0 && PQisBusy(raw) == 0) return {};
        pollfd socket{PQsocket(raw), static_cast<short>(unsent > 0 ? POLLIN | POLLOUT : POLLIN), 0};
        // One millisecond is added, so that a fraction of a millisecond does not become a busy
        // loop.
        const int ready = ::poll(&socket, 1, static_cast<int>(deadline.left().count()) + 1);
        if (ready < 0 && errno != EINTR) return tl::unexpected(broken(Failure::Kind::lost, std::strerror(errno)));
        if (ready == 0 && deadline.has_passed()) {
            return tl::unexpected(broken(Failure::Kind::timed_out, "no answer in time"));
        }
        if (ready > 0 && PQconsumeInput(raw) == 0) {
            return tl::unexpected(broken(Failure::Kind::lost, last_message()));
        }
    }
}

Failure Connection::failure_of(const pg_result* result) const {
    const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    Failure failure;
    failure.sqlstate = sqlstate != nullptr ? sqlstate : "";
    failure.message = primary != nullptr ? settings_.without_secrets(primary) : last_message();
    // Class 57P means that the server or an operator ended the session. Class 08 and no class mean
    // that the connection broke.
    const bool is_end =
        failure.sqlstate.empty() || failure.sqlstate.starts_with("08") || failure.sqlstate.starts_with("57P");
    if (is_end || PQstatus(connection_.get()) != CONNECTION_OK) failure.kind = Failure::Kind::lost;
    return failure;
}

Outcome<Rows> Connection::collect(base::Deadline deadline) {
    std::optional<Rows> rows;
    std::optional<Failure> failure;
    while (true) {
        const auto waited = wait_for_answer(deadline);
        if (!waited) return tl::unexpected(failure ? *failure : waited.error());
        std::unique_ptr<pg_result, FreeResult> result(PQgetResult(connection_.get()));
        if (result == nullptr) break;
        const ExecStatusType status = PQresultStatus(result.get());
        if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK) {
            rows.emplace(std::move(result));
        } else if (!failure) {
            failure = failure_of(result.get());
            if (failure->kind == Failure::Kind::lost) is_broken_ = true;
        }
        if (is_broken_) break;
    }
    if (failure) return tl::unexpected(*failure);
    if (!rows) return tl::unexpected(broken(Failure::Kind::lost, "no answer"));
    return std::move(*rows);
}

Outcome<Rows> Connection::query(const std::string& sql, const Parameters& parameters, base::Deadline deadline) {
    const std::vector<const char*> values = pointers_to(parameters);
    const int sent = PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                                       values.data(), nullptr, nullptr, 0);
    if (sent == 0) return tl::unexpected(broken(Failure::Kind::lost, last_message()));
    return collect(deadline);
}

// Returns the name under which the server keeps the statement.
Outcome<std::string> Connection::keep(const std::string& sql, base::Deadline deadline) {
    const auto kept = kept_.find(sql);
    if (kept != kept_.end()) return kept->second;
    const std::string name = "kept_" + std::to_string(kept_.size() + 1);
    if (PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr) == 0)
        return tl::unexpected(broken(Failure::Kind::lost, last_message()));
    TRY(collect(deadline));
    return kept_.emplace(sql, name).first->second;
}

Outcome<Rows> Connection::query_kept(const std::string& sql, const Parameters& parameters, base::Deadline deadline) {
    if (!keeps_statements_) return query(sql, parameters, deadline);
    const auto name = TRY(keep(sql, deadline));
    const std::vector<const char*> values = pointers_to(parameters);
    const int sent = PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(values.size()),
                                         values.data(), nullptr, nullptr, 0);
    if (sent == 0) return tl::unexpected(broken(Failure::Kind::lost, last_message()));
    auto rows = collect(deadline);
    // The server has dropped the statement, or the tables have changed since. The statement had no
    // effect.
    const bool is_outdated = !rows && rows.error().kind == Failure::Kind::rejected &&
                             (rows.error().sqlstate == "26000" || rows.error().sqlstate == "0A000");
    if (!is_outdated) return rows;
    keeps_statements_ = false;
    return query(sql, parameters, deadline);
}

Outcome<Rows> Connection::execute(const std::string& sql, base::Deadline deadline) {
    if (PQsendQuery(connection_.get(), sql.c_str()) == 0) {
        return tl::unexpected(broken(Failure::Kind::lost, last_message()));
    }
    return collect(deadline);
}

bool Connection::is_usable() const {
    if (is_broken_ || PQstatus(connection_.get()) != CONNECTION_OK) return false;
    if (PQtransactionStatus(connection_.get()) != PQTRANS_IDLE) return false;
    // A server sends nothing unasked, except that it is closing the connection.
    pollfd socket{PQsocket(connection_.get()), POLLIN, 0};
    return ::poll(&socket, 1, 0) == 0;
}

base::Error to_error(const Failure& failure) {
    std::string detail = "database: " + failure.message;
    if (!failure.sqlstate.empty()) detail += " (SQLSTATE " + failure.sqlstate + ")";
    return {base::Errc::store_unavailable, detail + advice_for(failure.sqlstate), base::Seconds{0}};
}

}  // namespace llmapikey::postgres
