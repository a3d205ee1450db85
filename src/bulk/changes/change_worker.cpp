#include "bulk/changes/change_worker.hpp"

#include <algorithm>

#include "audit/audited.hpp"
#include "keys/key_synchronization.hpp"

namespace llmapikey {
namespace {

constexpr int looks_max = 4;
constexpr int audit_entries_max = 200;

ChangeOutcome done() {
    return {TargetState::done, "", {}};
}
ChangeOutcome skipped(std::string why) {
    return {TargetState::skipped, std::move(why), {}};
}
ChangeOutcome waits(std::string why) {
    return {TargetState::waiting, std::move(why), {}};
}
ChangeOutcome failed(base::Error error) {
    return {TargetState::waiting, "", std::move(error)};
}

bool has_it(const BulkChange& change, const Grant& grant) {
    if (change.act == ChangeAct::cap) return grant.daily_limit == *change.cap;
    return grant.is_disabled == (change.act == ChangeAct::disable);
}

KeyChange key_change(const BulkChange& change) {
    if (change.act == ChangeAct::cap) return {std::nullopt, change.cap};
    return {change.act == ChangeAct::disable, std::nullopt};
}

std::string had_it_already(ChangeAct act) {
    if (act == ChangeAct::cap) return "it had this cap already";
    return act == ChangeAct::disable ? "it was disabled already" : "it was enabled already";
}

std::string by_whom(const LedgerEntry& entry) {
    return "by " + entry.actor + (entry.reason.empty() ? "" : " (" + entry.reason + ")");
}

// Why a key is not what it was at the decision.
std::string why_ended(const std::optional<Grant>& grant, const LedgerEntry* entry) {
    if (entry == nullptr) return grant ? "it is not active any more" : "it is gone";
    const bool is_owner = is_recipient(entry->actor);
    if (grant && grant->status == GrantStatus::replacing)
        return is_owner ? "its owner is replacing it" : "it is being replaced " + by_whom(*entry);
    if (grant) return "it is being revoked " + by_whom(*entry);
    if (is_owner) return entry->reason == "given back" ? "its owner gave it back" : "its owner replaced it";
    return "it was ended " + by_whom(*entry);
}

}  // namespace

base::Result<bool> ChangeWorker::is_paused() {
    if (!parts_.terms.is_enabled) return true;
    const auto totals = TRY(parts_.keys.totals());
    return totals.is_paused;
}

base::Result<bool> ChangeWorker::is_braked(const BulkChange& change) {
    const auto successors = TRY(parts_.changes.count_successors(change.id));
    return successors.waiting > successors_waiting_max || successors.troubled > 0;
}

ChangeOutcome ChangeWorker::work(const BulkChange& change, ChangeTarget target) {
    for (int look = 0; look < looks_max; ++look) {
        auto outcome = attempt(change, target);
        if (outcome) return *std::move(outcome);
    }
    return failed({base::Errc::conflict, "the key was changed again and again meanwhile", {}});
}

ChangeWorker::Look ChangeWorker::attempt(const BulkChange& change, ChangeTarget& target) {
    const auto found = parts_.grants.find_grant(target.grant_id);
    if (!found) return failed(found.error());
    if (!*found || (*found)->status != GrantStatus::active) return judge_ended(change, target, *found);
    if (change.act == ChangeAct::replace) return replace(change, **found);
    return alter(change, target, **found);
}

// `target` is begun from the change on: what a later look finds stored may be of this one.
ChangeWorker::Look ChangeWorker::alter(const BulkChange& change, ChangeTarget& target, const Grant& grant) {
    if (auto giving_way = give_way(change, grant)) return giving_way;
    const auto later = later_entry(change, grant);
    if (!later) return failed(later.error());
    if (!later->empty()) return skipped(*later);
    if (has_it(change, grant)) {
        if (!target.begun_at) return skipped(had_it_already(change.act));
        // An earlier try or look has stored it. Upstream is told again, since a try may also have
        // failed because upstream left the key as it was.
        const auto told = synchronize_key(parts_.grants, parts_.provider, grant, parts_.clock.now(), deadline());
        return told ? done() : failed(told.error());
    }
    if (change.stopped_at) return skipped(std::string(stopped_before));
    target.begun_at = target.begun_at.value_or(parts_.clock.now());
    const auto changed =
        parts_.administration.change(grant.id, key_change(change), change.reason, change.by, change.id);
    if (changed) return done();
    const bool is_overtaken =
        changed.error().code == base::Errc::conflict || changed.error().code == base::Errc::not_found;
    return is_overtaken ? Look{} : failed(changed.error());
}

// Nothing is begun that could not succeed, so that the audit log does not fill with what failed.
ChangeWorker::Look ChangeWorker::replace(const BulkChange& change, const Grant& grant) {
    if (change.stopped_at) return skipped(std::string(stopped_before));
    if (auto giving_way = give_way(change, grant)) return giving_way;
    if (grant.is_disabled) return skipped("it is disabled");
    const auto account = parts_.keys.find_account(grant.seat());
    if (!account) return failed(account.error());
    if (account->hold && is_in_force(*account->hold, parts_.clock.now())) return skipped("its account is on hold");
    const auto paused = is_paused();
    if (!paused) return failed(paused.error());
    if (*paused) return waits("new keys are paused");
    const auto has_brake = is_braked(change);
    if (!has_brake) return failed(has_brake.error());
    if (*has_brake) return waits("keys cannot be made just now");
    const auto replaced = parts_.replacement.begin(grant, change.by, change.reason, deadline(), change.id);
    if (replaced) return done();
    return replaced.error().code == base::Errc::conflict ? Look{} : failed(replaced.error());
}

// `grant`: the row, if it is there still. The entry in the ledger says who has ended the key, and
// whether this bulk change did.
ChangeWorker::Look ChangeWorker::judge_ended(const BulkChange& change, const ChangeTarget& target,
                                             const std::optional<Grant>& grant) {
    const auto ledger = parts_.grants.ledger_of(target.account);
    if (!ledger) return failed(ledger.error());
    const auto entry = std::find_if(ledger->begin(), ledger->end(),
                                    [&](const LedgerEntry& each) { return each.grant.id == target.grant_id; });
    const LedgerEntry* const ended = entry == ledger->end() ? nullptr : &*entry;
    const bool is_ours = change.act == ChangeAct::replace && ended != nullptr && ended->bulk_id == change.id;
    if (!is_ours) return skipped(why_ended(grant, ended));
    if (!grant) return ended->ended_at ? Look{done()} : Look{};
    if (grant->status != GrantStatus::replacing) return Look{};
    const auto replaced = parts_.replacement.resume(*grant, deadline());
    if (replaced) return done();
    // The recovery of this or another process may have finished it.
    return replaced.error().code == base::Errc::conflict ? Look{} : failed(replaced.error());
}

// Bulk changes are compared by their decisions, since an earlier one may come late. One that has
// not begun this key may yet be stopped.
std::optional<ChangeOutcome> ChangeWorker::give_way(const BulkChange& change, const Grant& grant) {
    const auto later = parts_.changes.find_later(change, grant.id);
    if (!later) return failed(later.error());
    if (*later == LaterChange::none) return std::nullopt;
    if (*later == LaterChange::begun) return skipped("a later bulk change decides about this key");
    return waits("a later bulk change decides about this key, and has its turn first");
}

// Who has changed the same of this key after the decision; empty: nobody.
base::Result<std::string> ChangeWorker::later_entry(const BulkChange& change, const Grant& grant) {
    AuditQuery query;
    query.accounts = {grant.github_user_id};
    query.after = change.decided_after;
    query.limit = audit_entries_max;
    query.is_latest_first = true;
    const auto entries = TRY(parts_.grants.find_audit_entries(query));
    for (const ChainedEntry& each : entries) {
        const AuditEntry& entry = each.entry;
        if (entry.action != "key.change" || entry.outcome != "begun" || entry.subject != subject_of(grant)) continue;
        if (bulk_mark_of(entry.detail) != std::string::npos) continue;
        const ChangedWhat what = changed_what(entry.detail);
        const bool is_same = change.act == ChangeAct::cap ? what.is_capped : what.is_switched;
        if (is_same) return entry.actor + " has changed this key since";
    }
    return std::string();
}

}  // namespace llmapikey
