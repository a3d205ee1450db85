#include "app/jobs/store_leases.hpp"

#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

const std::string upsert_lease =
    "INSERT INTO llmapikey.leases AS lease (name, holder, until) VALUES ($1, $2, $3) ON CONFLICT (name) DO UPDATE SET "
    "holder = excluded.holder, until = excluded.until WHERE lease.holder = excluded.holder OR lease.until < $4 "
    "OR lease.until > $5";
// By so much the clocks of two holders may differ. One that lasts longer than it can was taken by a
// clock that was wrong.
constexpr base::Seconds tolerance{5};
const std::string delete_lease = "DELETE FROM llmapikey.leases WHERE name = $1 AND holder = $2";

}  // namespace

base::Result<bool> SqlLeases::acquire(const std::string& name, const std::string& holder, base::Timestamp now,
                                      base::Seconds duration) {
    SqlValues values;
    values.add(name).add(holder).add(seconds_of(now + duration)).add(seconds_of(now));
    values.add(seconds_of(now + duration + tolerance));
    const auto answer = TRY(database_->run(upsert_lease, values));
    return answer.changed == 1;
}

base::Result<void> SqlLeases::release(const std::string& name, const std::string& holder) {
    return done(database_->run(delete_lease, SqlValues().add(name).add(holder)));
}

}  // namespace llmapikey
