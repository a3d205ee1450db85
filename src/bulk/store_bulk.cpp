#include "bulk/store_bulk.hpp"

#include <algorithm>

#include "keys/store_endings.hpp"
#include "keys/store_list.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

const std::string columns =
    "id, actor, origin, reason, is_held, hold_until, selection, state, total, created_at, ended_at, problem, "
    "(SELECT count(*) FROM llmapikey.ledger WHERE bulk_id = bulk.id AND ended_at IS NULL), coalesce(begins_at, "
    "cutoff), stopped_at, "
    "stopped_by, (SELECT count(*) FROM llmapikey.ledger WHERE bulk_id = bulk.id AND ended_at IS NULL "
    "AND revoke_attempts >= " +
    std::to_string(stuck_after_attempts) + "), begins_at";
const std::string select = "SELECT " + columns + " FROM llmapikey.bulk_revocations AS bulk ";
const std::string select_one = select + "WHERE id = $1";
const std::string select_latest = select + "ORDER BY created_at DESC, id LIMIT $1::bigint";
const std::string select_open = select + "WHERE state <> 'done' ORDER BY created_at, id LIMIT $1::bigint";
// With exactly what was listed, or not at all; twice is once. $9: when it begins; an earlier
// version waits for `cutoff`.
const std::string insert =
    "INSERT INTO llmapikey.bulk_revocations (id, actor, origin, reason, is_held, hold_until, selection, state, "
    "total, created_at, cutoff, problem, begins_at, request) SELECT $1, $2, $3, $4, $5::bigint, $6::bigint, $7, "
    "'selecting', "
    "$10::bigint, $8::bigint, 253402300799, '', $9::bigint, nullif($12, '') "
    "WHERE (SELECT count(*) FROM llmapikey.bulk_targets WHERE bulk_id = $1) = $11::bigint ON CONFLICT DO NOTHING";
const std::string select_of_request = select + "WHERE request = $1";
const std::string update_request = "UPDATE llmapikey.bulk_revocations SET request = NULL WHERE id = $1";
const std::string insert_target =
    "INSERT INTO llmapikey.bulk_targets (bulk_id, grant_id, listed_at) VALUES ($1, $2::uuid, {now}) "
    "ON CONFLICT DO NOTHING";
const std::string update_to_listed =
    "UPDATE llmapikey.bulk_revocations SET begins_at = cutoff WHERE id = $1 AND begins_at IS NULL";
const std::string count_targets = "SELECT count(*) FROM llmapikey.bulk_targets WHERE bulk_id = $1";
const std::string select_targets =
    "SELECT grant_id FROM llmapikey.bulk_targets WHERE bulk_id = $1 ORDER BY grant_id LIMIT $2::bigint";
const std::string delete_targets = "DELETE FROM llmapikey.bulk_targets WHERE bulk_id = $1 AND grant_id {in:$2}";
// Only while nobody has decided on them.
const std::string delete_all_targets =
    "DELETE FROM llmapikey.bulk_targets WHERE bulk_id = $1 AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_revocations "
    "WHERE id = $1)";
// Of bulk revocations that have ended, or were never decided.
const std::string delete_left_targets =
    "DELETE FROM llmapikey.bulk_targets WHERE listed_at < {now} - 3600 AND bulk_id NOT IN "
    "(SELECT id FROM llmapikey.bulk_revocations WHERE state = 'selecting')";
const std::string update_to_revoking =
    "UPDATE llmapikey.bulk_revocations SET state = 'revoking', "
    "total = (SELECT count(*) FROM llmapikey.ledger WHERE bulk_id = $1) WHERE id = $1 AND state = 'selecting'";
const std::string update_to_stopped =
    "UPDATE llmapikey.bulk_revocations SET state = 'revoking', stopped_at = $2, stopped_by = $3, "
    "total = (SELECT count(*) FROM llmapikey.ledger WHERE bulk_id = $1) WHERE id = $1 AND state = 'selecting'";
// Counts again: what was being marked while it was stopped has joined since.
const std::string update_to_done =
    "UPDATE llmapikey.bulk_revocations SET state = 'done', ended_at = $2, "
    "total = (SELECT count(*) FROM llmapikey.ledger WHERE bulk_id = $1) WHERE id = $1 AND state = 'revoking' "
    "AND NOT EXISTS (SELECT 1 FROM llmapikey.ledger WHERE bulk_id = $1 AND ended_at IS NULL AND revoke_attempts < " +
    std::to_string(stuck_after_attempts) + ")";
const std::string update_problem = "UPDATE llmapikey.bulk_revocations SET problem = $2 WHERE id = $1";

BulkState state_of(const std::string& text) {
    for (const auto state : {BulkState::selecting, BulkState::revoking})
        if (to_text(state) == text) return state;
    return BulkState::done;
}

BulkRevocation read_bulk(const SqlRow& row) {
    BulkRevocation bulk;
    bulk.id = row.text(0);
    bulk.by = {row.text(1), row.text(2)};
    bulk.reason = row.text(3);
    if (row.number(4) != 0) bulk.hold = Hold{time_if_any(row, 5), bulk.reason};
    bulk.selection = row.text(6);
    bulk.state = state_of(row.text(7));
    bulk.total = row.number(8);
    bulk.created_at = time_in(row, 9);
    bulk.ended_at = time_if_any(row, 10);
    bulk.problem = row.text(11);
    bulk.remaining = row.number(12);
    bulk.begins_at = time_in(row, 13);
    bulk.stopped_at = time_if_any(row, 14);
    bulk.stopped_by = row.text(15);
    bulk.stuck = row.number(16);
    bulk.is_listed = !row.is_null(17);
    // None is revoked before all are marked.
    if (bulk.state == BulkState::selecting) bulk.remaining = std::max(bulk.total, bulk.remaining);
    return bulk;
}

base::Result<std::vector<BulkRevocation>> list(SqlDatabase& database, const std::string& sql, int limit) {
    const auto answer = TRY(database.run(sql, SqlValues().add(std::int64_t{limit})));
    std::vector<BulkRevocation> bulks;
    for (const SqlRow& row : answer.rows)
        bulks.push_back(read_bulk(row));
    return bulks;
}

}  // namespace

base::Result<std::int64_t> SqlBulkStore::list_targets(const std::string& id, const BulkSelection& selection) {
    std::vector<SqlValues> all;
    for (const std::string& grant_id : selection.ids)
        all.push_back(SqlValues().add(id).add(grant_id));
    TRY(all.empty() ? llmapikey::list_targets(*database_, query_of(selection), id)
                    : database_->run_each(insert_target, all));
    // Counted, since a statement that is repeated says only what the second time has added.
    const auto count = TRY(database_->run(count_targets, SqlValues().add(id)));
    return count.rows.at(0).number(0);
}

base::Result<void> SqlBulkStore::set_listed(const std::string& id) {
    return done(database_->run(update_to_listed, SqlValues().add(id)));
}

base::Result<std::vector<std::string>> SqlBulkStore::next_targets(const std::string& id, int limit) {
    const auto answer = TRY(database_->run(select_targets, SqlValues().add(id).add(std::int64_t{limit})));
    std::vector<std::string> ids;
    for (const SqlRow& row : answer.rows)
        ids.push_back(row.text(0));
    return ids;
}

base::Result<void> SqlBulkStore::drop_targets(const std::string& id, const std::vector<std::string>& grant_ids) {
    return done(database_->run(delete_targets, SqlValues().add(id).add(joined(grant_ids))));
}

base::Result<void> SqlBulkStore::drop_all_targets(const std::string& id) {
    return done(database_->run(delete_all_targets, SqlValues().add(id)));
}

base::Result<void> SqlBulkStore::prune_targets() {
    return done(database_->run(delete_left_targets, {}));
}

base::Result<void> SqlBulkStore::create(const BulkRevocation& bulk) {
    SqlValues values;
    values.add(bulk.id).add(bulk.by.actor).add(bulk.by.origin).add(bulk.reason);
    values.add(std::int64_t{bulk.hold ? 1 : 0}).add_if(bulk.hold ? seconds_if(bulk.hold->until) : std::nullopt);
    values.add(bulk.selection).add(seconds_of(bulk.created_at));
    values.add(seconds_of(std::max(bulk.begins_at, bulk.created_at))).add(bulk.total).add(bulk.listed);
    values.add(bulk.request);
    const auto answer = TRY(database_->run(insert, values));
    if (answer.changed == 1) return {};
    const auto stored = TRY(find(bulk.id));
    if (stored) return {};
    return base::fail(base::Errc::store_unavailable, "the list of the keys that are meant was lost: decide again");
}

base::Result<std::optional<BulkRevocation>> SqlBulkStore::find_request(const std::string& request) {
    return find_by(select_of_request, request);
}

base::Result<void> SqlBulkStore::forget_request(const std::string& id) {
    return done(database_->run(update_request, SqlValues().add(id)));
}

base::Result<std::optional<BulkRevocation>> SqlBulkStore::find(const std::string& id) {
    return find_by(select_one, id);
}

base::Result<std::optional<BulkRevocation>> SqlBulkStore::find_by(const std::string& sql, const std::string& value) {
    const auto answer = TRY(database_->run(sql, SqlValues().add(value)));
    if (answer.rows.empty()) return std::nullopt;
    return read_bulk(answer.rows[0]);
}

base::Result<std::vector<BulkRevocation>> SqlBulkStore::list_latest(int limit) {
    return list(*database_, select_latest, limit);
}

base::Result<std::vector<BulkRevocation>> SqlBulkStore::list_open(int limit) {
    return list(*database_, select_open, limit);
}

base::Result<void> SqlBulkStore::finish_selecting(const std::string& id) {
    return done(database_->run(update_to_revoking, SqlValues().add(id)));
}

base::Result<bool> SqlBulkStore::stop(const std::string& id, const std::string& actor, base::Timestamp now) {
    const auto answer = TRY(database_->run(update_to_stopped, SqlValues().add(id).add(seconds_of(now)).add(actor)));
    return answer.changed == 1;
}

base::Result<bool> SqlBulkStore::finish(const std::string& id, base::Timestamp now) {
    const auto answer = TRY(database_->run(update_to_done, SqlValues().add(id).add(seconds_of(now))));
    return answer.changed == 1;
}

base::Result<void> SqlBulkStore::set_problem(const std::string& id, const std::string& problem) {
    return done(database_->run(update_problem, SqlValues().add(id).add(problem)));
}

}  // namespace llmapikey
