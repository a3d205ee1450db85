#include "bulk/changes/store_bulk_change.hpp"

#include "base/embedded.hpp"
#include "keys/store_columns.hpp"
#include "keys/store_list.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

// The statement of this name in statements/bulk_change.sql.
std::string named(std::string_view name) {
    return statement_of(embedded_bulk_statements(), "bulk_change.sql", name,
                        {word("grant_columns", selected_grant_columns())});
}

const std::string select_one = named("find");
const std::string select_latest = named("list_latest");
const std::string select_due = named("list_due");
const std::string count_targets = named("count_targets");
const std::string insert = named("create");
const std::string delete_undecided = named("drop_all_targets");
const std::string delete_left = named("prune_targets");
const std::string select_due_targets = named("due_targets");
const std::string select_done = named("list_done");
const std::string select_left = named("list_left");
const std::string select_tried = named("list_tried");
const std::string update_claimed = named("claim");
const std::string update_settled = named("settle");
const std::string update_postponed = named("postpone");
const std::string select_later = named("later");
const std::string update_key_sqlite = named("begin_sqlite");
const std::string update_key_postgres = named("begin_postgres");
const std::string select_key = named("find_key");
const std::string select_successors = named("successors");
const std::string update_to_stopped = named("stop");
const std::string update_rest = named("skip_rest");
const std::string update_failed = named("retry");
const std::string update_to_working = named("reopen");
const std::string update_to_done = named("finish");
const std::string update_problem = named("set_problem");

const TargetTable target_table{
    "llmapikey.bulk_change_targets (bulk_id, grant_id, github_user_id, github_username, state, listed_at)",
    "id, github_user_id, github_username, 'waiting', {now}", "llmapikey.bulk_changes AS decided WHERE true"};

base::Error makes_no_sense(const std::string& id) {
    return {base::Errc::store_unavailable, "the row of bulk change " + id + " makes no sense", {}};
}

base::Result<BulkChange> read_change(const SqlRow& row) {
    BulkChange change;
    change.id = row.text(0);
    const auto act = parse_change_act(row.text(1));
    if (!act) return tl::unexpected(makes_no_sense(change.id));
    change.act = *act;
    if (!row.is_null(2)) change.cap = base::MicroUsd{row.number(2)};
    change.by = {row.text(3), row.text(4)};
    change.reason = row.text(5);
    change.selection = row.text(6);
    change.is_done = row.text(7) == "done";
    change.total = row.number(8);
    change.done = row.number(9);
    change.skipped = row.number(10);
    change.failed = row.number(11);
    change.decided_after = row.number(12);
    change.created_at = time_in(row, 13);
    change.begins_at = time_in(row, 14);
    change.ended_at = time_if_any(row, 15);
    change.stopped_at = time_if_any(row, 16);
    change.stopped_by = row.text(17);
    change.problem = row.text(18);
    return change;
}

base::Result<ChangeTarget> read_target(const SqlRow& row) {
    const auto account = GithubUserId::parse(row.text(1));
    const auto state = parse_target_state(row.text(3));
    if (!account || !state) return tl::unexpected(makes_no_sense(row.text(0)));
    ChangeTarget target;
    target.grant_id = row.text(0);
    target.account = *account;
    target.login = row.text(2);
    target.state = *state;
    target.why = row.text(4);
    target.tries = static_cast<int>(row.number(5));
    target.begun_at = time_if_any(row, 6);
    target.next_at = time_in(row, 7);
    return target;
}

SqlValues key_of(const std::string& id, const ChangeTarget& target) {
    return SqlValues().add(id).add(target.grant_id);
}

// What an organizer's change must be about to count instead, as the statements have it.
std::string_view matter_of(ChangeAct act) {
    if (act == ChangeAct::replace) return "";
    return act == ChangeAct::cap ? "cap" : "switch";
}

// The values of the part `later_change` and `later_entry`.
SqlValues later_values(const BulkChange& change, const Grant& grant) {
    std::string acts;
    for (const ChangeAct act : acts_about_the_same(change.act))
        acts += (acts.empty() ? "" : ",") + std::string(to_text(act));
    SqlValues values;
    values.add(change.id).add(grant.id).add(grant.github_user_id.text()).add(change.decided_after);
    values.add(seconds_of(change.created_at - replica_clocks_apart_max)).add(acts).add(matter_of(change.act));
    return values;
}

}  // namespace

base::Result<std::vector<BulkChange>> SqlBulkChangeStore::changes(const std::string& sql, const SqlValues& values) {
    const auto answer = TRY(database_->run(sql, values));
    std::vector<BulkChange> found;
    for (const SqlRow& row : answer.rows) {
        auto change = TRY(read_change(row));
        found.push_back(std::move(change));
    }
    return found;
}

base::Result<std::vector<ChangeTarget>> SqlBulkChangeStore::targets(const std::string& sql, const SqlValues& values) {
    const auto answer = TRY(database_->run(sql, values));
    std::vector<ChangeTarget> found;
    for (const SqlRow& row : answer.rows) {
        auto target = TRY(read_target(row));
        found.push_back(std::move(target));
    }
    return found;
}

base::Result<bool> SqlBulkChangeStore::has_changed(const std::string& sql, const SqlValues& values) {
    const auto answer = TRY(database_->run(sql, values));
    return answer.changed > 0;
}

base::Result<std::int64_t> SqlBulkChangeStore::list_targets(const std::string& id, const BulkSelection& selection) {
    TRY(llmapikey::list_targets(*database_, changeable(selection), target_table, id));
    // Counted, since a statement that is repeated says only what the second time has added.
    const auto count = TRY(database_->run(count_targets, SqlValues().add(id)));
    return count.rows.at(0).number(0);
}

base::Result<void> SqlBulkChangeStore::drop_all_targets(const std::string& id) {
    return done(database_->run(delete_undecided, SqlValues().add(id)));
}

base::Result<bool> SqlBulkChangeStore::is_decided(const std::string& id) {
    const auto found = TRY(find(id));
    return found.has_value();
}

base::Result<void> SqlBulkChangeStore::create(const BulkChange& change) {
    SqlValues values;
    values.add(change.id).add(to_text(change.act));
    values.add_if(change.cap ? std::optional(change.cap->value) : std::nullopt);
    values.add(change.by.actor).add(change.by.origin).add(change.reason).add(change.selection).add(change.total);
    values.add(change.decided_after).add(seconds_of(change.created_at)).add(seconds_of(change.begins_at));
    const auto created = TRY(has_changed(insert, values));
    if (created) return {};
    const auto stored = TRY(is_decided(change.id));
    if (stored) return {};
    return base::fail(base::Errc::store_unavailable, "the list of the keys that are meant was lost: decide again");
}

base::Result<std::optional<BulkChange>> SqlBulkChangeStore::find(const std::string& id) {
    auto found = TRY(changes(select_one, SqlValues().add(id)));
    if (found.empty()) return std::nullopt;
    return std::move(found[0]);
}

base::Result<std::vector<BulkChange>> SqlBulkChangeStore::list_latest(int limit) {
    return changes(select_latest, SqlValues().add(std::int64_t{limit}));
}

base::Result<std::vector<BulkChange>> SqlBulkChangeStore::list_due(base::Timestamp now, const ChangeTurn& served,
                                                                   int limit) {
    SqlValues values;
    values.add(std::int64_t{limit}).add(seconds_of(now));
    values.add(seconds_of(served.created_at)).add(served.decided_after).add(served.id);
    return changes(select_due, values);
}

base::Result<std::vector<ChangeTarget>> SqlBulkChangeStore::due_targets(const std::string& id, base::Timestamp now,
                                                                        int limit) {
    return targets(select_due_targets, SqlValues().add(id).add(seconds_of(now)).add(std::int64_t{limit}));
}

base::Result<std::vector<ChangeTarget>> SqlBulkChangeStore::list_done(const std::string& id, int limit) {
    return targets(select_done, SqlValues().add(id).add(std::int64_t{limit}));
}

base::Result<std::vector<ChangeTarget>> SqlBulkChangeStore::list_left(const std::string& id, int limit) {
    return targets(select_left, SqlValues().add(id).add(std::int64_t{limit}));
}

base::Result<std::vector<ChangeTarget>> SqlBulkChangeStore::list_tried(const std::string& id, int limit) {
    return targets(select_tried, SqlValues().add(id).add(std::int64_t{limit}));
}

base::Result<bool> SqlBulkChangeStore::claim(const std::string& id, const ChangeTarget& target, base::Timestamp now,
                                             base::Timestamp until) {
    SqlValues values = key_of(id, target);
    values.add(seconds_of(target.next_at)).add(seconds_of(until)).add(seconds_of(now));
    return has_changed(update_claimed, values);
}

base::Result<void> SqlBulkChangeStore::settle(const std::string& id, const ChangeTarget& target) {
    SqlValues values = key_of(id, target);
    values.add(to_text(target.state)).add(target.why).add(std::int64_t{target.tries});
    return done(database_->run(update_settled, values));
}

base::Result<void> SqlBulkChangeStore::postpone(const std::string& id, const ChangeTarget& target) {
    SqlValues values = key_of(id, target);
    values.add(seconds_of(target.next_at)).add(target.why).add(std::int64_t{target.tries});
    values.add_if(target.begun_at ? std::optional(seconds_of(*target.begun_at)) : std::nullopt);
    return done(database_->run(update_postponed, values));
}

base::Result<LaterDecision> SqlBulkChangeStore::find_later(const BulkChange& change, const Grant& grant) {
    const auto answer = TRY(database_->run(select_later, later_values(change, grant)));
    const SqlRow& row = answer.rows.at(0);
    const LaterChange begun = row.number(0) == 1 ? LaterChange::begun : LaterChange::waiting;
    return LaterDecision{row.is_null(0) ? LaterChange::none : begun, row.text(1)};
}

// A statement that was run twice, because its first answer was lost, finds its own token.
base::Result<std::optional<Grant>> SqlBulkChangeStore::begin(const BulkChange& change, const ChangeTarget& target,
                                                             const Grant& seen, const std::string& token) {
    SqlValues values = later_values(change, seen);
    const bool is_disabled = change.act == ChangeAct::cap ? seen.is_disabled : change.act == ChangeAct::disable;
    values.add(std::int64_t{is_disabled ? 1 : 0}).add(change.cap.value_or(seen.daily_limit).value).add(token);
    values.add(std::int64_t{seen.is_disabled ? 1 : 0}).add(seen.daily_limit.value).add(target.grant_id);
    const bool is_postgres = database_->dialect() == Dialect::postgres;
    auto answer = TRY(database_->run(is_postgres ? update_key_postgres : update_key_sqlite, values));
    if (answer.rows.empty()) {
        answer = TRY(database_->run(select_key, SqlValues().add(seen.id).add(token)));
    }
    if (answer.rows.empty()) return std::nullopt;
    auto grant = TRY(grant_of_row(answer.rows[0]));
    return std::optional(std::move(grant));
}

base::Result<Successors> SqlBulkChangeStore::count_successors(const std::string& id) {
    const auto answer = TRY(database_->run(select_successors, SqlValues().add(id)));
    return Successors{answer.rows.at(0).number(0), answer.rows.at(0).number(1)};
}

base::Result<bool> SqlBulkChangeStore::stop(const std::string& id, const std::string& actor, base::Timestamp now) {
    return has_changed(update_to_stopped, SqlValues().add(id).add(seconds_of(now)).add(actor));
}

base::Result<void> SqlBulkChangeStore::skip_rest(const std::string& id, const std::string& why) {
    return done(database_->run(update_rest, SqlValues().add(id).add(why)));
}

// What waits comes first: a process that dies in between leaves keys that wait in a change that is
// done, and the next call takes them up.
base::Result<bool> SqlBulkChangeStore::retry(const std::string& id, base::Timestamp now) {
    TRY(database_->run(update_failed, SqlValues().add(id).add(seconds_of(now))));
    return has_changed(update_to_working, SqlValues().add(id));
}

base::Result<bool> SqlBulkChangeStore::finish(const std::string& id, base::Timestamp now) {
    return has_changed(update_to_done, SqlValues().add(id).add(seconds_of(now)));
}

base::Result<void> SqlBulkChangeStore::set_problem(const std::string& id, const std::string& problem) {
    return done(database_->run(update_problem, SqlValues().add(id).add(problem)));
}

base::Result<void> SqlBulkChangeStore::prune_targets(base::Timestamp ended_before) {
    return done(database_->run(delete_left, SqlValues().add(seconds_of(ended_before))));
}

}  // namespace llmapikey
