#include "bulk/store_bulk.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "keys/store_endings.hpp"
#include "keys/store_list.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

// The statement of this name in statements/bulk.sql.
std::string named(std::string_view name) {
    static const std::vector<SqlWord> words = {word("stuck_after", std::to_string(stuck_after_attempts))};
    return statement_of(embedded_bulk_statements(), "bulk.sql", name, words);
}

const std::string select_one = named("find");
const std::string select_of_request = named("find_request");
const std::string select_latest = named("list_latest");
const std::string select_open = named("list_open");
const std::string insert = named("create");
const std::string update_request = named("forget_request");
const std::string insert_target = named("add_target");
const std::string update_to_listed = named("set_listed");
const std::string count_targets = named("count_targets");
const std::string select_targets = named("next_targets");
const std::string delete_targets = named("drop_targets");
const std::string delete_all_targets = named("drop_all_targets");
const std::string delete_left_targets = named("prune_targets");
const std::string update_to_revoking = named("finish_selecting");
const std::string update_to_stopped = named("stop");
const std::string update_to_done = named("finish");
const std::string update_problem = named("set_problem");

const TargetTable targets{"llmapikey.bulk_targets (bulk_id, grant_id, listed_at)", "id, {now}",
                          "llmapikey.bulk_revocations AS decided WHERE decided.begins_at IS NOT NULL"};

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
    TRY(all.empty() ? llmapikey::list_targets(*database_, query_of(selection), targets, id)
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

base::Result<bool> SqlBulkStore::is_decided(const std::string& id) {
    const auto found = TRY(find(id));
    return found.has_value();
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
