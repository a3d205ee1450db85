#pragma once

#include "bulk/changes/bulk_change.hpp"
#include "keys/key_store.hpp"
#include "keys/replacement.hpp"
#include "keys/terms.hpp"

namespace llmapikey {

// The parts that bulk changes work with; all must outlive them.
struct BulkChangeParts {
    BulkChangeStore& changes;
    AdminStore& grants;
    KeyStore& keys;
    Replacement& replacement;
    KeyProvider& provider;
    AuditLog& audit;
    const base::Clock& clock;
    const Terms& terms;
    base::Seconds call_timeout;
};

// Why a key is skipped that a bulk change has not begun when it is stopped.
inline constexpr std::string_view stopped_before = "the bulk change was stopped before its turn";

// More keys of a bulk change do not wait for their successors at the same time, but for those that
// are begun at once.
inline constexpr std::int64_t successors_waiting_max = 40;

// What working on one key came to.
struct ChangeOutcome {
    TargetState state = TargetState::waiting;
    std::string why;                   // it was skipped, or waits though nothing has failed
    std::optional<base::Error> error;  // it waits because this has failed
};

// Does to one key what a bulk change has decided, by the same functions as an organizer does it
// singly. It may be called again for the same key, whatever became of the earlier call: it looks at
// the row and its entry in the ledger first, and judges by these what has really happened.
// Blocking; thread-safe.
class ChangeWorker {
public:
    explicit ChangeWorker(BulkChangeParts parts) : parts_(parts) {}

    // `target`: as it was before this try.
    ChangeOutcome work(const BulkChange& change, ChangeTarget target);
    // Whether no key is made just now, so that no key may be ended for another one.
    base::Result<bool> is_paused();
    // Whether so many keys of this bulk change still wait for their successors, or one of them in
    // vain, that no further key may be ended.
    base::Result<bool> is_braked(const BulkChange& change);

private:
    // What one look came to; nullopt: somebody was faster, and it has to be looked again.
    using Look = std::optional<ChangeOutcome>;
    Look attempt(const BulkChange& change, ChangeTarget& target);
    Look alter(const BulkChange& change, ChangeTarget& target, const Grant& grant);
    Look replace(const BulkChange& change, const Grant& grant);
    // Stores the change in the row as it was seen, and tells upstream.
    Look change_key(const BulkChange& change, const ChangeTarget& target, const Grant& seen);
    Look judge_ended(const BulkChange& change, const ChangeTarget& target, const std::optional<Grant>& grant);
    // The key that the target's account has instead of the target by now; nullopt: none.
    base::Result<std::optional<Grant>> successor(const BulkChange& change, const ChangeTarget& target);
    // What is to become of the key because of a later decision; nullopt: there is none.
    std::optional<ChangeOutcome> give_way(const BulkChange& change, const Grant& grant);
    base::Deadline deadline() const { return base::Deadline::after(parts_.call_timeout); }

    const BulkChangeParts parts_;
};

}  // namespace llmapikey
