#include "keys/store_admin.hpp"

#include <algorithm>
#include <cctype>

#include "keys/store_columns.hpp"
#include "keys/store_ledger_list.hpp"
#include "keys/store_list.hpp"
#include "keys/store_statements.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

// Returns the statement of this name in statements/admin.sql.
std::string named(std::string_view name) {
    return key_statement("admin.sql", name);
}

const std::string select_by_id = named("find_grant");
const std::string select_ledger = named("ledger_of");
const std::string select_all_revoking = named("list_revoking");
const std::string select_revoking_singly = named("list_revoking_singly");
const std::string select_revoking_of_bulk = named("list_revoking_of_bulk");
const std::string select_due_singly = named("list_due_singly");
const std::string select_due_of_bulk = named("list_due_of_bulk");
const std::string update_failure = named("note_failure");
const std::string select_stuck = named("list_stuck");
const std::string select_stuck_of_bulk = named("list_stuck_of_bulk");
const std::string count_stuck_entries = named("count_stuck");
const std::string begin_change_of = named("begin_change");
const std::string finish_change_of = named("finish_change");
const std::string select_unsynced = named("list_unsynced");
const std::string begin_raises_of = named("begin_raises");
const std::string update_missing = named("set_missing");
const std::string update_expiry = named("set_expiry");
const std::string select_known = named("find_known");
const std::string select_ended = named("has_ended");
const std::string select_active = named("list_active");
const std::string select_expired = named("list_expired");
const std::string update_reveal = named("note_reveal");
const std::string upsert_hold = named("set_hold");
const std::string delete_hold = named("lift_hold");

base::Result<LedgerEntry> read_revoking_row(const SqlRow& row) {
    auto grant = TRY(grant_of_row(row));
    LedgerEntry entry;
    entry.grant = std::move(grant);
    entry.actor = row.text(grant_column_count());
    entry.reason = row.text(grant_column_count() + 1);
    entry.begun_at = time_of(row.number(grant_column_count() + 2));
    entry.bulk_id = row.text(grant_column_count() + 3);
    return entry;
}

// Joins handles or nonces as {in_texts:} takes them. A word with other characters is left out: no
// provider that we know makes such a word.
std::string joined_safe(const std::vector<std::string>& words) {
    std::vector<std::string> safe;
    for (const std::string& word : words) {
        const bool is_safe = std::all_of(word.begin(), word.end(), [](unsigned char c) {
            return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.' || c == ':';
        });
        if (is_safe && !word.empty()) safe.push_back(word);
    }
    return joined(safe);
}

}  // namespace

std::string joined(const std::vector<std::string>& ids) {
    std::string text;
    for (const std::string& id : ids)
        text += (text.empty() ? "" : ",") + id;
    return text;
}

base::Result<GrantPage> SqlAdminStore::list(const GrantQuery& query) {
    return list_grants(*database_, query);
}

base::Result<std::int64_t> SqlAdminStore::count(const GrantQuery& query, std::int64_t most) {
    return count_grants(*database_, query, most);
}

base::Result<std::optional<Grant>> SqlAdminStore::find_grant(const std::string& grant_id) {
    const auto answer = TRY(database_->run(select_by_id, SqlValues().add(grant_id)));
    if (answer.rows.empty()) return std::nullopt;
    auto grant = TRY(grant_of_row(answer.rows[0]));
    return std::optional(std::move(grant));
}

base::Result<std::vector<LedgerEntry>> SqlAdminStore::ledger_of(GithubUserId id) {
    const auto answer = TRY(database_->run(select_ledger, SqlValues().add(id.text())));
    return ledger_entries_of(answer);
}

base::Result<LedgerPage> SqlAdminStore::list_ended(const GrantQuery& query) {
    return llmapikey::list_ended(*database_, query);
}

base::Result<std::vector<GithubUserId>> SqlAdminStore::find_accounts(const std::string& search, int limit) {
    return llmapikey::find_accounts(*database_, search, limit);
}

base::Result<std::vector<ChainedEntry>> SqlAdminStore::find_audit_entries(const AuditQuery& query) {
    return llmapikey::find_audit_entries(*database_, query);
}

base::Result<int> SqlAdminStore::begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) {
    if (grant_ids.empty()) return 0;
    return endings_->begin(grant_ids, ending);
}

base::Result<void> SqlAdminStore::finish_revocation(const Grant& grant, base::Timestamp now) {
    return endings_->finish(grant, now);
}

base::Result<std::vector<LedgerEntry>> SqlAdminStore::list_revoking(const std::string& after_id, int limit,
                                                                    const std::optional<std::string>& bulk_id) {
    SqlValues values;
    values.add(from_id(after_id)).add(std::int64_t{limit});
    const bool is_of_bulk = bulk_id && !bulk_id->empty();
    if (is_of_bulk) values.add(*bulk_id);
    const auto answer = TRY(database_->run(is_of_bulk ? select_revoking_of_bulk
                                           : bulk_id  ? select_revoking_singly
                                                      : select_all_revoking,
                                           values));
    std::vector<LedgerEntry> entries;
    for (const SqlRow& row : answer.rows) {
        auto entry = TRY(read_revoking_row(row));
        entries.push_back(std::move(entry));
    }
    return entries;
}

base::Result<std::vector<LedgerEntry>> SqlAdminStore::list_due_revocations(base::Timestamp now, int limit,
                                                                           const std::string& bulk_id) {
    SqlValues values;
    values.add(seconds_of(now)).add(std::int64_t{limit});
    if (!bulk_id.empty()) values.add(bulk_id);
    const auto answer = TRY(database_->run(bulk_id.empty() ? select_due_singly : select_due_of_bulk, values));
    std::vector<LedgerEntry> entries;
    for (const SqlRow& row : answer.rows) {
        auto entry = TRY(read_revoking_row(row));
        read_attempts(row, grant_column_count() + 4, entry);
        entries.push_back(std::move(entry));
    }
    return entries;
}

base::Result<void> SqlAdminStore::note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                                          base::Timestamp next_attempt_at, bool is_counted) {
    SqlValues values;
    values.add(grant_id).add(problem).add(seconds_of(next_attempt_at)).add(std::int64_t{is_counted ? 1 : 0});
    return done(database_->run(update_failure, values));
}

base::Result<std::vector<LedgerEntry>> SqlAdminStore::list_stuck(int limit, const std::string& bulk_id) {
    SqlValues values;
    values.add(std::int64_t{limit});
    if (!bulk_id.empty()) values.add(bulk_id);
    const auto answer = TRY(database_->run(bulk_id.empty() ? select_stuck : select_stuck_of_bulk, values));
    return ledger_entries_of(answer);
}

base::Result<std::int64_t> SqlAdminStore::count_stuck() {
    const auto answer = TRY(database_->run(count_stuck_entries, SqlValues()));
    return answer.rows.at(0).number(0);
}

base::Result<Grant> SqlAdminStore::begin_change(const std::string& grant_id, const KeyChange& change,
                                                const std::string& token) {
    SqlValues values;
    values.add(grant_id);
    values.add_if(change.is_disabled ? std::optional<std::int64_t>(*change.is_disabled ? 1 : 0) : std::nullopt);
    values.add_if(change.daily_limit ? std::optional(change.daily_limit->value) : std::nullopt);
    values.add(token);
    const auto answer = TRY(database_->run(begin_change_of, values));
    if (!answer.rows.empty()) return grant_of_row(answer.rows[0]);
    const auto grant = TRY(find_grant(grant_id));
    if (!grant) return base::fail(base::Errc::not_found, "there is no such key");
    return base::fail(base::Errc::conflict, "the key is not active: it is still being made, or is being revoked");
}

base::Result<bool> SqlAdminStore::finish_change(const std::string& grant_id, const std::string& token) {
    const auto answer = TRY(database_->run(finish_change_of, SqlValues().add(grant_id).add(token)));
    return answer.changed == 1;
}

base::Result<std::vector<Grant>> SqlAdminStore::list_unsynced(const std::string& after_id, int limit) {
    const auto answer =
        TRY(database_->run(select_unsynced, SqlValues().add(from_id(after_id)).add(std::int64_t{limit})));
    return grants_of(answer);
}

base::Result<int> SqlAdminStore::begin_raises(base::Timestamp now, int limit) {
    const auto answer = TRY(database_->run(begin_raises_of, SqlValues().add(seconds_of(now)).add(std::int64_t{limit})));
    return answer.changed;
}

base::Result<void> SqlAdminStore::set_missing(const std::vector<std::string>& grant_ids,
                                              std::optional<base::Timestamp> since) {
    if (grant_ids.empty()) return {};
    return done(database_->run(update_missing, SqlValues().add(joined(grant_ids)).add_if(seconds_if(since))));
}

base::Result<void> SqlAdminStore::set_expiry(const std::string& grant_id, base::Timestamp expires_at) {
    return done(database_->run(update_expiry, SqlValues().add(grant_id).add(seconds_of(expires_at))));
}

base::Result<std::vector<Grant>> SqlAdminStore::find_known(const std::vector<std::string>& delete_handles,
                                                           const std::vector<std::string>& nonces) {
    const auto answer =
        TRY(database_->run(select_known, SqlValues().add(joined_safe(delete_handles)).add(joined_safe(nonces))));
    return grants_of(answer);
}

base::Result<bool> SqlAdminStore::has_ended(const std::string& delete_handle, base::Timestamp since) {
    const auto answer = TRY(database_->run(select_ended, SqlValues().add(delete_handle).add(seconds_of(since))));
    return !answer.rows.empty();
}

base::Result<std::vector<Grant>> SqlAdminStore::list_active(const std::string& after_id, int limit) {
    const auto answer = TRY(database_->run(select_active, SqlValues().add(from_id(after_id)).add(std::int64_t{limit})));
    return grants_of(answer);
}

base::Result<std::vector<Grant>> SqlAdminStore::list_expired(base::Timestamp now, int limit) {
    const auto answer = TRY(database_->run(select_expired, SqlValues().add(seconds_of(now)).add(std::int64_t{limit})));
    return grants_of(answer);
}

base::Result<void> SqlAdminStore::note_reveal(const std::string& grant_id, const Reveal& reveal) {
    const auto answer =
        TRY(database_->run(update_reveal, SqlValues().add(grant_id).add(seconds_of(reveal.at)).add(reveal.reason)));
    return answer.changed == 1 ? base::Result<void>{} : base::fail(base::Errc::not_found, "there is no such key");
}

base::Result<void> SqlAdminStore::set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string& actor,
                                           base::Timestamp now) {
    SqlValues values;
    values.add(id.text());
    if (hold) {
        values.add_if(hold->until ? std::optional(seconds_of(*hold->until)) : std::nullopt);
        values.add(hold->reason).add(actor).add(seconds_of(now));
    }
    TRY(database_->run(hold ? upsert_hold : delete_hold, values));
    return {};
}

}  // namespace llmapikey
