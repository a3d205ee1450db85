#include "bulk/changes/change_worker.hpp"

#include <algorithm>

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "keys/key_synchronization.hpp"

namespace llmapikey {
namespace {

constexpr int looks_max = 4;
constexpr std::size_t token_bytes = 12;

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

// As Administration::change() says it.
std::string described(const BulkChange& change) {
    const std::string what = change.act == ChangeAct::cap
                                 ? "cap " + base::to_cap(*change.cap) + " a day"
                                 : "switch " + std::string(change.act == ChangeAct::disable ? "off" : "on");
    return in_bulk(what + ": " + change.reason, change.id);
}

std::string had_it_already(ChangeAct act) {
    if (act == ChangeAct::cap) return "it had this cap already";
    return act == ChangeAct::disable ? "it was switched off already" : "it was switched on already";
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
    if (change.act == ChangeAct::replace) {
        const bool is_active = *found && (*found)->status == GrantStatus::active;
        return is_active ? replace(change, **found) : judge_ended(change, target, *found);
    }
    // What is decided about a switch or a cap applies to the person: nobody escapes it by replacing
    // the key.
    const auto next = *found ? found : successor(change, target);
    if (!next) return failed(next.error());
    if (!*next || (*next)->status == GrantStatus::revoking) return judge_ended(change, target, *next);
    if ((*next)->status == GrantStatus::active) return alter(change, target, **next);
    if (change.stopped_at) return skipped(std::string(stopped_before));
    return waits("it is being replaced, and its next key is not there yet");
}

base::Result<std::optional<Grant>> ChangeWorker::successor(const BulkChange& change, const ChangeTarget& target) {
    GrantQuery query;
    query.successors_of = {target.grant_id};
    query.replaced_from = change.created_at - replica_clocks_apart_max;
    query.limit = 1;
    auto page = TRY(parts_.grants.list(query));
    if (page.grants.empty()) return std::nullopt;
    return std::optional(std::move(page.grants[0]));
}

// `target` is begun from the change on: what a later look finds stored may be of this one.
ChangeWorker::Look ChangeWorker::alter(const BulkChange& change, ChangeTarget& target, const Grant& grant) {
    if (auto giving_way = give_way(change, grant)) return giving_way;
    if (has_it(change, grant)) {
        if (!target.begun_at) return skipped(had_it_already(change.act));
        // An earlier try or look has stored it. Upstream is told again, since a try may also have
        // failed because upstream left the key as it was.
        const auto told = synchronize_key(parts_.grants, parts_.provider, grant, parts_.clock.now(), deadline());
        return told ? done() : failed(told.error());
    }
    if (change.stopped_at) return skipped(std::string(stopped_before));
    target.begun_at = target.begun_at.value_or(parts_.clock.now());
    return change_key(change, target, grant);
}

ChangeWorker::Look ChangeWorker::change_key(const BulkChange& change, const ChangeTarget& target, const Grant& seen) {
    Audited audited(parts_.audit, parts_.clock, change.by, "key.change", subject_of(seen), described(change));
    const auto recorded = audited.begin();
    if (!recorded) return failed(recorded.error());
    const auto begun = parts_.changes.begin(change, target, seen, base::random_token(token_bytes));
    if (!begun) return failed(audited.failed(begun.error()));
    if (!*begun) {
        (void)audited.failed(
            {base::Errc::conflict, "the key is another one than a moment ago: it is looked at again", {}});
        return Look{};
    }
    const auto told = synchronize_key(parts_.grants, parts_.provider, **begun, parts_.clock.now(), deadline());
    if (!told) return failed(audited.failed(told.error()));
    const auto closed = audited.done();
    return closed ? done() : failed(closed.error());
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

// `grant`: the row of the key or of its successor, if it is there still. The entry in the ledger
// says who has ended the key, and whether this bulk change did.
ChangeWorker::Look ChangeWorker::judge_ended(const BulkChange& change, const ChangeTarget& target,
                                             const std::optional<Grant>& grant) {
    const std::string& id = grant ? grant->id : target.grant_id;
    const auto ledger = parts_.grants.ledger_of(target.account);
    if (!ledger) return failed(ledger.error());
    const auto entry =
        std::find_if(ledger->begin(), ledger->end(), [&](const LedgerEntry& each) { return each.grant.id == id; });
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
    const auto later = parts_.changes.find_later(change, grant);
    if (!later) return failed(later.error());
    if (later->change == LaterChange::begun) return skipped("a later bulk change decides about this key");
    if (!later->actor.empty()) return skipped(later->actor + " has changed this key since");
    if (later->change == LaterChange::none) return std::nullopt;
    return waits("a later bulk change decides about this key, and has its turn first");
}

}  // namespace llmapikey
