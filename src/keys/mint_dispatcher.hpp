#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/work_queue.hpp"
#include "keys/issuance.hpp"

namespace llmapikey {

// Serves the queue of accounts that wait for a key: the first row in the database's queue gets the
// next free slot. Any number of replicas may do this at once; each row is claimed by one of them. A
// failure ends the round; a rest follows, longer each time, and then one row is tried alone. Use
// one thread, except that the destructor may run elsewhere after `workers` has stopped.
class MintDispatcher {
public:
    // `workers`: threads that mint, as many as the limiter has slots.
    MintDispatcher(KeyStore& store, MintQueue& queue, Issuance& issuance, ConcurrencyLimiter& limiter,
                   base::WorkQueue& workers, const base::Clock& clock, IssueLog log)
        : store_(store),
          queue_(queue),
          issuance_(issuance),
          limiter_(limiter),
          workers_(workers),
          clock_(clock),
          log_(std::move(log)) {}

    // Serves the rows whose turn it is now. Returns true if a row has left the queue or no slot
    // became free, so that there may be more to do at once.
    bool run_once(const Terms& terms, const std::stop_token& stop);

private:
    enum class Step { left, stays, no_slot, failed };
    enum class Switch { on, paused, off };  // of minting: paused by organizers, off in the configuration

    std::vector<Grant> without_those_under_way(std::vector<Grant> due);
    base::Result<Switch> find_switch(const Terms& terms, const std::vector<Grant>& unserved);
    Step advance(const Terms& terms, Switch switched, const Grant& grant);
    Step abandon(const Grant& grant, MintProblem problem, AbandonIf when);
    Step hand_over(const Terms& terms, const Grant& grant);
    void mint(const Terms& terms, const Grant& grant);
    void rest();

    KeyStore& store_;
    MintQueue& queue_;
    Issuance& issuance_;
    ConcurrencyLimiter& limiter_;
    base::WorkQueue& workers_;
    const base::Clock& clock_;
    const IssueLog log_;
    std::atomic<bool> has_met_trouble_{false}, has_succeeded_{false};  // results of mints since the last look
    int troubles_ = 0;                                                 // number of troubles in a row
    base::Deadline rest_ends_ = base::Deadline::after(base::Millis{0});
    std::mutex mutex_;
    std::set<std::string> under_way_;  // ids of the grants that a worker is minting for
    std::map<std::string, base::Deadline>
        set_aside_;  // grants whose turn could not be taken, and until when they are left
};

}  // namespace llmapikey
