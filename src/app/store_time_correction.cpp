#include "app/store_time_correction.hpp"

#include "bulk/bulk_revocation.hpp"
#include "keys/mint_queue.hpp"
#include "keys/store_statements.hpp"
#include "sql/sql_values.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {
namespace {

// By so much the times of two processes differ at the most.
constexpr base::Seconds tolerance{5};

// $1: now; $2: what is later than that cannot be.
struct Correction {
    std::string sql;
    base::Seconds furthest;  // ahead of now
};
const Correction corrections[] = {
    {key_statement("admin.sql", "correct_attempted_at"), base::Seconds{0}},
    {key_statement("admin.sql", "correct_next_attempt_at"), turn_pause_max},
    {"UPDATE llmapikey.stored_answers SET begun_at = $1::bigint WHERE status = 0 AND begun_at > $2::bigint",
     base::Seconds{0}},
    {"UPDATE llmapikey.bulk_revocations SET begins_at = $1::bigint WHERE state = 'selecting' AND begins_at > "
     "$2::bigint",
     time_to_stop_max},
    {"UPDATE llmapikey.bulk_changes SET begins_at = $1::bigint WHERE state = 'working' AND begins_at > $2::bigint",
     time_to_stop_max},
    {"UPDATE llmapikey.bulk_change_targets SET next_at = $1::bigint WHERE state = 'waiting' AND next_at > $2::bigint",
     revocation_pause_max},
    {"UPDATE llmapikey.ledger SET next_revoke_at = $1::bigint WHERE ended_at IS NULL AND revoke_attempts > 0 "
     "AND next_revoke_at > $2::bigint",
     revocation_pause_max},
    {"UPDATE llmapikey.webhook_endpoints SET next_at = $1::bigint WHERE next_at > $2::bigint",
     asked_endpoint_pause_max},
    {"UPDATE llmapikey.webhook_deliveries SET next_at = $1::bigint WHERE state = 'waiting' AND next_at > $2::bigint",
     asked_delivery_pause_max},
};

}  // namespace

base::Result<int> SqlTimeCorrection::correct(base::Timestamp now) {
    int corrected = 0;
    for (const Correction& correction : corrections) {
        const auto values = SqlValues().add(seconds_of(now)).add(seconds_of(now + correction.furthest + tolerance));
        const auto done = TRY(database_->run(correction.sql, values));
        corrected += done.changed;
    }
    return corrected;
}

}  // namespace llmapikey
