#pragma once

#include <atomic>
#include <optional>
#include <stop_token>
#include <string>

#include "bulk/changes/change_worker.hpp"
#include "providers/outage.hpp"

namespace llmapikey {

// Changes or replaces many keys by one decision, a step at a time, and goes on after whatever
// interrupted it. Blocking.
class BulkChanger {
public:
    static constexpr int tries_max = 6;
    static constexpr base::Seconds targets_kept_for{std::chrono::days{30}};
    // No key is begun later in a run, so that a run ends while its lease lasts.
    static constexpr base::Millis run_max{8'000};

    // `time_to_stop`: so long after the decision a selection by filter begins.
    explicit BulkChanger(BulkChangeParts parts, base::Seconds time_to_stop = {})
        : parts_(parts), worker_(parts), time_to_stop_(time_to_stop) {}

    // How long one run may take.
    static constexpr base::Seconds lease(base::Seconds call_timeout) {
        return std::chrono::ceil<base::Seconds>(run_max) + 2 * call_timeout + base::Seconds{10};
    }

    // Stores the decision, with the grants that it means; run_once() does the rest.
    // `confirmed_count`: how many grants the caller was told that the selection means; one that
    // means every grant, of several, needs it. `request`: one that may come again, and decides once
    // within a day; empty: any. invalid_input: the selection, the cap or the reason makes no sense.
    // conflict: the selection means another number now, or the number is missing; the message says
    // how many.
    base::Result<BulkChange> begin(BulkChange wanted, const std::optional<std::int64_t>& confirmed_count,
                                   const std::string& request = {});
    // How many grants a selection means now, `most` at the most; likewise for somebody who is to
    // confirm it, as llmapikey::count_by_now(). invalid_input: the selection makes no sense.
    base::Result<std::int64_t> count(const std::string& selection, std::int64_t most);
    base::Result<CountByNow> count_by_now(const std::string& selection, std::int64_t most);
    // Begins no further key. not_found; conflict: it is done.
    base::Result<BulkChange> stop(const std::string& id, const Initiator& by);
    // Tries again what has failed. not_found; conflict: nothing has failed, or it was stopped.
    base::Result<BulkChange> retry(const std::string& id, const Initiator& by);

    // A step of each that has something to do. Gives what went wrong, for the log; empty: nothing.
    std::string run_once(const std::stop_token& stop);
    // Whether there is more to do at once.
    bool is_busy() const { return is_busy_; }

private:
    struct Run;
    base::Result<BulkChange> find(const std::string& id);
    base::Result<void> step(Run& run, const BulkChange& change);
    base::Result<bool> work(const BulkChange& change, const ChangeTarget& target);
    base::Result<void> note_failure(const BulkChange& change, ChangeTarget target, const base::Error& error);
    base::Result<std::string> why_it_waits(Run& run, const BulkChange& change);
    base::Result<void> finish(const BulkChange& change);
    base::Result<void> prune_if_due();

    const BulkChangeParts parts_;
    ChangeWorker worker_;
    const base::Seconds time_to_stop_;
    std::atomic<bool> is_busy_{false};
    base::Timestamp not_before_;
    base::Seconds pause_{0};  // that ends then
    std::optional<base::Timestamp> pruned_at_;
    ChangeTurn served_;  // last: the next run begins behind it
};

}  // namespace llmapikey
