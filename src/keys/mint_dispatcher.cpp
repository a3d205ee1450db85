#include "keys/mint_dispatcher.hpp"

#include <algorithm>

#include "providers/outage.hpp"

namespace llmapikey {
namespace {

constexpr int rows_per_batch = 64;
constexpr int attempts_max = 15;
constexpr base::Millis lane_patience{1'000};
constexpr base::Millis first_rest{500};
constexpr int doublings_max = 3;  // up to four seconds, so that nobody waits longer than that for the next look
constexpr base::Millis time_aside{2'000};

}  // namespace

bool MintDispatcher::run_once(const Terms& terms, const std::stop_token& stop) {
    if (!rest_ends_.has_passed()) return false;
    if (has_succeeded_.exchange(false)) troubles_ = 0;
    // After one failed mint the others would probably fail as well.
    if (has_met_trouble_.exchange(false)) {
        rest();
        return false;
    }
    const auto due = queue_.list_due(clock_.now(), rows_per_batch);
    if (!due) {
        log_("reading the queue of mints: " + due.error().detail);
        rest();
        return false;
    }
    if (due->empty()) troubles_ = 0;
    const std::vector<Grant> unserved = without_those_under_way(*due);
    const auto switched = find_switch(terms, unserved);
    if (!switched) {
        log_("reading whether minting is paused: " + switched.error().detail);
        rest();
        return false;
    }
    limiter_.set_has_queue(!unserved.empty());
    const bool is_careful = troubles_ > 0;
    bool has_progress = false;
    for (const Grant& grant : unserved) {
        if (stop.stop_requested() || has_met_trouble_) return false;
        const Step step = advance(terms, *switched, grant);
        if (step == Step::no_slot) return true;
        if (step == Step::failed) rest();
        if (step == Step::failed || (step == Step::left && is_careful)) return false;
        has_progress = has_progress || step == Step::left;
    }
    if (has_met_trouble_) return false;
    // Every waiting row has a slot now, so newcomers pass nobody over.
    const bool is_all = due->size() < static_cast<std::size_t>(rows_per_batch);
    if (is_all) limiter_.set_has_queue(false);
    return has_progress;
}

std::vector<Grant> MintDispatcher::without_those_under_way(std::vector<Grant> due) {
    const std::lock_guard lock(mutex_);
    std::erase_if(set_aside_, [](const auto& row) { return row.second.has_passed(); });
    std::erase_if(
        due, [this](const Grant& grant) { return under_way_.contains(grant.id) || set_aside_.contains(grant.id); });
    return due;
}

// Organizers may have paused minting in any replica.
base::Result<MintDispatcher::Switch> MintDispatcher::find_switch(const Terms& terms,
                                                                 const std::vector<Grant>& unserved) {
    if (!terms.is_enabled) return Switch::off;
    if (unserved.empty()) return Switch::on;
    const auto totals = TRY(store_.totals());
    return totals.is_paused ? Switch::paused : Switch::on;
}

MintDispatcher::Step MintDispatcher::advance(const Terms& terms, Switch switched, const Grant& grant) {
    const bool is_paused = switched != Switch::on;
    // The service may have been away for months. An account that has long stopped asking does not
    // get a key by itself.
    const bool is_stale = clock_.now() - grant.attempted_at > wish_stands_for;
    const bool is_hopeless = grant.attempts >= attempts_max || is_paused || is_stale;
    if (is_hopeless && !grant.keeps_place) {
        // The pause may be over before the last of a batch is looked at.
        const auto when = switched == Switch::paused ? AbandonIf::paused : AbandonIf::always;
        return abandon(grant, is_paused ? MintProblem::paused : grant.problem, when);
    }
    return is_paused ? Step::stays : hand_over(terms, grant);
}

// Nobody waits for ever: an account that never had a key is told why there is none, and may ask
// again.
MintDispatcher::Step MintDispatcher::abandon(const Grant& grant, MintProblem problem, AbandonIf when) {
    const auto abandoned = store_.abandon(attempt_of(grant), problem, clock_.now(), when);
    if (abandoned) {
        log_("account " + grant.github_user_id.text() + " waited for a key in vain: " + std::string(to_text(problem)));
        return Step::left;
    }
    if (abandoned.error().code == base::Errc::conflict) return Step::stays;  // moved by another process, or resumed
    log_("giving up waiting for account " + grant.github_user_id.text() + ": " + abandoned.error().detail);
    return Step::failed;
}

MintDispatcher::Step MintDispatcher::hand_over(const Terms& terms, const Grant& grant) {
    auto slot = limiter_.enter_for_queue(lane_patience);
    if (!slot) return Step::no_slot;
    {
        const std::lock_guard lock(mutex_);
        under_way_.insert(grant.id);
    }
    auto shared = std::make_shared<ConcurrencyLimiter::Slot>(std::move(*slot));
    if (workers_.try_submit([this, terms, grant, shared] { mint(terms, grant); })) return Step::left;
    const std::lock_guard lock(mutex_);
    under_way_.erase(grant.id);
    return Step::failed;  // no thread is free, or the threads are stopping
}

void MintDispatcher::mint(const Terms& terms, const Grant& grant) {
    const IssueAnswer answer = issuance_.mint_waiting(terms, grant);
    const bool is_queued = answer.status == KeyOutcome::queued;
    const bool has_key = answer.status == KeyOutcome::created || answer.status == KeyOutcome::exists;
    // An ambiguous attempt has left the queue and says nothing about the others: a third of the
    // answers may be lost while all else works.
    const bool has_left = has_key || answer.status == KeyOutcome::ambiguous;
    const bool is_trouble = answer.status == KeyOutcome::failed || (is_queued && is_outage(answer.error));
    if (is_trouble) has_met_trouble_ = true;
    if (has_key || (is_queued && !is_trouble)) has_succeeded_ = true;
    const std::lock_guard lock(mutex_);
    under_way_.erase(grant.id);
    // Most likely another process has this row. If not, nothing has changed, and without this pause
    // the row would be tried in vain again and again.
    if (!is_trouble && !is_queued && !has_left)
        set_aside_.insert_or_assign(grant.id, base::Deadline::after(time_aside));
}

void MintDispatcher::rest() {
    rest_ends_ = base::Deadline::after(first_rest * (1 << std::min(troubles_, doublings_max)));
    ++troubles_;
}

}  // namespace llmapikey
