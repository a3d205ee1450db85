#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

struct pg_conn;
struct pg_result;

// A thin wrapper over libpq. One Connection belongs to one thread at a time. Through a pooler it
// uses no session state and no named statements, so a pooler in transaction mode works.
namespace llmapikey::postgres {

// The address of the database, from POSTGRES_URL.
class ConnectionSettings {
public:
    // Accepts everything that libpq accepts (several hosts, target_session_attrs, TLS modes, ...),
    // and ignores parameters that only JavaScript clients know. invalid_input: the reason, without
    // the password.
    static base::Result<ConnectionSettings> parse(const std::string& url);

    // Returns "127.0.0.1:5432/llmapikey", without user and password.
    const std::string& description() const { return description_; }
    const std::vector<std::pair<std::string, std::string>>& values() const { return values_; }
    // Masks password and URL in a message of libpq or the server, for logs and errors.
    std::string without_secrets(std::string message) const;

private:
    void hide(const std::string& text);
    bool has(std::string_view name) const;
    void set_unless_given(const std::string& name, const std::string& value);

    std::vector<std::pair<std::string, std::string>> values_;
    std::string description_;
    std::vector<std::string> hidden_;
};

struct Failure {
    enum class Kind {
        rejected,   // the server refused the statement: it had no effect
        lost,       // the connection broke: the statement may have taken effect
        timed_out,  // no answer by the deadline: the statement may still take effect
    };
    Kind kind = Kind::rejected;
    std::string sqlstate;  // five characters; empty if the server did not say
    std::string message;   // primary message: holds no values of rows
};
template <class T>
using Outcome = tl::expected<T, Failure>;

// The values of $1, $2, ... in this order, as text.
class Parameters {
public:
    Parameters& add(std::string_view text);
    Parameters& add(std::int64_t number);
    Parameters& add_null();
    const std::vector<std::optional<std::string>>& values() const { return values_; }

private:
    std::vector<std::optional<std::string>> values_;
};

struct FreeResult {
    void operator()(pg_result* result) const;
};

class Rows {
public:
    explicit Rows(std::unique_ptr<pg_result, FreeResult> result) : result_(std::move(result)) {}
    int size() const;
    bool empty() const { return size() == 0; }
    std::string text(int row, int column) const;  // empty for NULL
    std::int64_t number(int row, int column) const;
    bool flag(int row, int column) const;
    bool is_null(int row, int column) const;
    int columns() const;
    int changed() const;  // rows that the statement inserted, updated or deleted

private:
    std::unique_ptr<pg_result, FreeResult> result_;
};

struct FreeConnection {
    void operator()(pg_conn* connection) const;
};

class Connection {
public:
    // Blocks for up to connect_timeout (3 s unless the URL sets it) for each host.
    // `statement_timeout`: the server is asked to end statements after this time; 0: never. If a
    // pooler refuses this setting, the connection is made without it.
    static base::Result<std::unique_ptr<Connection>> open(const ConnectionSettings& settings,
                                                          base::Millis statement_timeout);

    // Runs one statement in one round trip. After lost or timed_out the connection cannot be used
    // again.
    Outcome<Rows> query(const std::string& sql, const Parameters& parameters, base::Deadline deadline);
    // Runs a statement that is repeated often. On a direct connection the server keeps it parsed
    // and planned, and the first time takes one more round trip.
    Outcome<Rows> query_kept(const std::string& sql, const Parameters& parameters, base::Deadline deadline);
    // Runs several statements without parameters, and returns the rows of the last one.
    Outcome<Rows> execute(const std::string& sql, base::Deadline deadline);

    // Returns whether the connection can run another statement: it is not broken, has no open
    // transaction, and the server has not closed it. Cheap.
    bool is_usable() const;

private:
    Connection(pg_conn* connection, const ConnectionSettings& settings)
        : connection_(connection), settings_(settings) {}
    std::string last_message() const;  // libpq's message, on one line and without secrets
    bool is_direct(base::Deadline deadline);
    Outcome<std::string> keep(const std::string& sql, base::Deadline deadline);
    Outcome<Rows> collect(base::Deadline deadline);
    Failure broken(Failure::Kind kind, std::string message);
    Failure failure_of(const pg_result* result) const;
    Outcome<void> wait_for_answer(base::Deadline deadline);

    std::unique_ptr<pg_conn, FreeConnection> connection_;
    const ConnectionSettings settings_;
    bool is_broken_ = false;
    bool keeps_statements_ = false;
    std::unordered_map<std::string, std::string> kept_;  // names by statement
};

// Converts a failure to store_unavailable, with advice if there is any.
base::Error to_error(const Failure& failure);

}  // namespace llmapikey::postgres
