#include "sql/postgres/database.hpp"

#include <random>
#include <thread>

namespace llmapikey::postgres {
namespace {

constexpr int conflicts_max = 12;
constexpr base::Millis first_pause{2};
constexpr base::Millis pause_max{200};
// The deadline on our side is this much later than the server's, so that the server's error comes
// first.
constexpr base::Millis allowance{500};

// The write needs new pages: a write into the free room of existing pages would prove nothing. The
// row is deleted again, because all facts are read together.
const std::string write_much =
    "INSERT INTO llmapikey.facts (name, value, noted_at) SELECT 'written', string_agg(md5(random()::text), ''), "
    "floor(extract(epoch FROM now()))::bigint FROM generate_series(1, 512) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, noted_at = excluded.noted_at";
const std::string forget_it = "DELETE FROM llmapikey.facts WHERE name = 'written'";

bool is_serialization_failure(const Failure& failure) {
    return failure.sqlstate == "40001" || failure.sqlstate == "40P01";
}

// The connection is lost, or the server lives but cannot write (25006): it was demoted, or is a
// standby.
bool is_end_of_connection(const Failure& failure) {
    return failure.kind == Failure::Kind::lost || failure.sqlstate == "25006";
}

Trouble trouble_of(const Failure& failure) {
    if (failure.kind == Failure::Kind::lost) return Trouble::unreachable;
    if (failure.kind == Failure::Kind::timed_out || failure.sqlstate == "57014") return Trouble::timeout;
    if (failure.sqlstate == "53100") return Trouble::disk_full;
    if (failure.sqlstate.starts_with("58")) return Trouble::disk_error;
    return is_serialization_failure(failure) || failure.sqlstate == "55P03" ? Trouble::busy : Trouble::other;
}

void pause_before_try(int number, base::Deadline deadline) {
    thread_local std::minstd_rand generator(std::random_device{}());
    const auto most = std::min(first_pause * (1 << std::min(number, 10)), pause_max);
    const base::Millis pause{std::uniform_int_distribution<std::int64_t>(0, most.count())(generator)};
    std::this_thread::sleep_for(std::min(pause, deadline.left()));
}

}  // namespace

Database::Database(ConnectionSettings settings, PoolOptions options, std::shared_ptr<DatabaseHealth> health)
    : settings_(std::move(settings)),
      timeout_(options.statement_timeout + allowance),
      health_(std::move(health)),
      pool_(options.size, [this, options] { return Connection::open(settings_, options.statement_timeout); }) {}

void Database::note(Trouble trouble) {
    if (health_ != nullptr) health_->note(trouble);
    if (is_of_disk(trouble)) is_doubtful_ = true;
}

base::Result<void> Database::prove_writable() {
    is_doubtful_ = false;  // cleared first, so that a failure meanwhile counts
    auto proven = run(write_much, {}, Patience::fail_fast, Plan::fresh);
    if (proven) proven = run(forget_it, {}, Patience::fail_fast, Plan::fresh);
    if (proven) return {};
    is_doubtful_ = true;
    return base::fail(base::Errc::store_unwritable, proven.error().detail);
}

base::Result<Database::Answer> Database::run(const std::string& sql, const Parameters& parameters, Patience patience,
                                             Plan plan) {
    const auto deadline = base::Deadline::after(timeout_);
    bool was_lost = false;
    for (int conflicts = 0;;) {
        auto tried = try_once({sql, parameters, plan}, deadline, was_lost ? Patience::wait : patience);
        if (!tried) {
            note(Trouble::unreachable);
            return tl::unexpected(tried.error());
        }
        if (*tried) return Answer{std::move(**tried), was_lost};

        const Failure& failure = tried->error();
        if (is_serialization_failure(failure) && ++conflicts <= conflicts_max && !deadline.has_passed()) {
            pause_before_try(conflicts, deadline);
            continue;
        }
        if (is_end_of_connection(failure) && !was_lost && !deadline.has_passed()) {
            was_lost = true;
            continue;
        }
        if (failure.sqlstate == "23505") return base::fail(base::Errc::conflict, failure.message);
        note(trouble_of(failure));
        return tl::unexpected(to_error(failure));
    }
}

// The connection is returned to the pool before run() pauses.
base::Result<Outcome<Rows>> Database::try_once(const Statement& statement, base::Deadline deadline, Patience patience) {
    auto lease = TRY(pool_.acquire(deadline, patience));
    Connection& connection = *lease;
    auto rows = statement.plan == Plan::kept ? connection.query_kept(statement.sql, statement.parameters, deadline)
                                             : connection.query(statement.sql, statement.parameters, deadline);
    if (!rows && is_end_of_connection(rows.error())) lease.discard();
    return rows;
}

}  // namespace llmapikey::postgres
