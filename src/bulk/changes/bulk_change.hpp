#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "bulk/bulk_decision.hpp"
#include "identity/initiator.hpp"

namespace llmapikey {

enum class ChangeAct { disable, enable, cap, replace };
std::string_view to_text(ChangeAct act);
std::optional<ChangeAct> parse_change_act(std::string_view text);

// Returns what decisions of this act are about, as acts: a later decision about the same counts
// instead.
std::vector<ChangeAct> acts_about_the_same(ChangeAct act);

// One decision to change or replace many keys.
struct BulkChange {
    std::string id;
    ChangeAct act = ChangeAct::disable;
    std::optional<base::MicroUsd> cap;  // of ChangeAct::cap
    Initiator by;
    std::string reason;
    std::string selection;  // as for parse_bulk_selection()
    bool is_done = false;
    std::int64_t total = 0;  // keys that are meant; these:
    std::int64_t done = 0, skipped = 0, failed = 0;
    std::int64_t decided_after = 0;  // entry of the audit log: what is recorded later was decided later
    base::Timestamp created_at;
    base::Timestamp begins_at;  // nothing is done before, and it can be stopped
    std::optional<base::Timestamp> ended_at;
    std::optional<base::Timestamp> stopped_at;  // somebody has stopped it: no further key is begun
    std::string stopped_by;
    std::string problem;  // why it does not go on just now; empty: all is well

    std::int64_t waiting() const { return total - done - skipped - failed; }
};

enum class TargetState { waiting, done, skipped, failed };
std::string_view to_text(TargetState state);
std::optional<TargetState> parse_target_state(std::string_view text);

// What becomes of one key. Skipped: it was not to be done, or need not be. Failed: tried in vain.
struct ChangeTarget {
    std::string grant_id;
    GithubUserId account;
    std::string login;
    TargetState state = TargetState::waiting;
    std::string why;                          // it was skipped, has failed, or is tried again
    int tries = 0;                            // that have failed
    std::optional<base::Timestamp> begun_at;  // of the first try; nullopt: none yet
    base::Timestamp next_at;                  // not before
};

// Of several, one that has begun counts. One that was stopped before this key's turn is none.
enum class LaterChange { none, waiting, begun };

// What was decided about the same of a key after a bulk change.
struct LaterDecision {
    LaterChange change = LaterChange::none;
    std::string actor;  // has changed the key singly; empty: nobody. For a replacement nobody counts
};

// The place of a bulk change in the order in which they have their turns.
struct ChangeTurn {
    base::Timestamp created_at;
    std::int64_t decided_after = 0;
    std::string id;
};

// Of the keys that a bulk change has replaced: how many accounts have no new key yet, and for how
// many of them making it has failed.
struct Successors {
    std::int64_t waiting = 0, troubled = 0;
};

// Returns the grants of a selection that can be changed: those that are active.
GrantQuery changeable(const BulkSelection& selection);

// Blocking, thread-safe; can fail with Errc::store_unavailable.
class BulkChangeStore : public BulkTargets {
public:
    // Decides, on what is written down: exactly `total` targets, else store_unavailable. Twice is
    // once.
    virtual base::Result<void> create(const BulkChange& change) = 0;
    virtual base::Result<std::optional<BulkChange>> find(const std::string& id) = 0;
    virtual base::Result<std::vector<BulkChange>> list_latest(int limit) = 0;
    // Those that are not done and have a key that is due at `now`, or none left: in the order of
    // their turns, first those behind `served`. Without their counts.
    virtual base::Result<std::vector<BulkChange>> list_due(base::Timestamp now, const ChangeTurn& served,
                                                           int limit) = 0;

    // Those that are due longest come first.
    virtual base::Result<std::vector<ChangeTarget>> due_targets(const std::string& id, base::Timestamp now,
                                                                int limit) = 0;
    // What is done, by login.
    virtual base::Result<std::vector<ChangeTarget>> list_done(const std::string& id, int limit) = 0;
    // What was skipped or has failed; and what was tried in vain and waits.
    virtual base::Result<std::vector<ChangeTarget>> list_left(const std::string& id, int limit) = 0;
    virtual base::Result<std::vector<ChangeTarget>> list_tried(const std::string& id, int limit) = 0;
    // Whether the caller is to work on the target, as it was when it was listed; nobody else does
    // until then. Nobody begins one of a bulk change that was stopped.
    virtual base::Result<bool> claim(const std::string& id, const ChangeTarget& target, base::Timestamp now,
                                     base::Timestamp until) = 0;
    // Stores the state of a target that waits, with its `why` and `tries`.
    virtual base::Result<void> settle(const std::string& id, const ChangeTarget& target) = 0;
    // Likewise of one that goes on to wait, until its `next_at`; with its `begun_at`.
    virtual base::Result<void> postpone(const std::string& id, const ChangeTarget& target) = 0;
    // What was decided about the same of this key later, or of another key that its account has had
    // since the bulk change was decided.
    virtual base::Result<LaterDecision> find_later(const BulkChange& change, const Grant& grant) = 0;
    // Stores in `seen`, the key of a target or its successor, what the bulk change decides, with
    // `token` to show that upstream may not know it yet. Only if the target waits still, nothing
    // was decided later, as find_later() has it, and the key is active and has the switch and the
    // cap as seen; nullopt: it was not stored, and has to be looked at again. One statement asks
    // and stores.
    virtual base::Result<std::optional<Grant>> begin(const BulkChange& change, const ChangeTarget& target,
                                                     const Grant& seen, const std::string& token) = 0;
    virtual base::Result<Successors> count_successors(const std::string& id) = 0;

    // From now on no further target is begun. Whether this call did it.
    virtual base::Result<bool> stop(const std::string& id, const std::string& actor, base::Timestamp now) = 0;
    // Of one that was stopped: skips what is not begun.
    virtual base::Result<void> skip_rest(const std::string& id, const std::string& why) = 0;
    // What has failed waits again. Whether there is such a thing, and it was not stopped.
    virtual base::Result<bool> retry(const std::string& id, base::Timestamp now) = 0;
    // Ends it, with its counts, if nothing waits. Whether this call did it.
    virtual base::Result<bool> finish(const std::string& id, base::Timestamp now) = 0;
    virtual base::Result<void> set_problem(const std::string& id, const std::string& problem) = 0;
    // Forgets the targets of those that ended before, or were never decided.
    virtual base::Result<void> prune_targets(base::Timestamp ended_before) = 0;
};

}  // namespace llmapikey
