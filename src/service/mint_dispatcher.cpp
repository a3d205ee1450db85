#include "service/mint_dispatcher.hpp"

#include "service/outage.hpp"

namespace llmapikey::service {
namespace {

constexpr int rows_at_once = 64;
constexpr int most_attempts = 15;
constexpr base::Millis lane_patience{1'000};

}  // namespace

bool MintDispatcher::run_once(const std::stop_token& stop) {
    // One failed mint tells what the others would meet: they wait for the next round.
    has_met_outage_ = false;
    const auto due = queue_.list_due(clock_.now(), rows_at_once);
    if (!due) {
        log_("reading the queue of mints: " + due.error().detail);
        return false;
    }
    const std::vector<domain::Grant> unserved = without_those_under_way(*due);
    lanes_.set_has_queue(!unserved.empty());
    for (const domain::Grant& grant : unserved) {
        if (stop.stop_requested() || has_met_outage_) return false;
        if (abandon_hopeless(grant)) continue;
        if (!issuance_.policy().is_enabled) continue;
        if (!hand_over(grant)) return true;
    }
    if (has_met_outage_) return false;
    // Whoever waited has a lane: others pass nobody over.
    const bool is_all = due->size() < static_cast<std::size_t>(rows_at_once);
    if (is_all) lanes_.set_has_queue(false);
    return !unserved.empty();
}

std::vector<domain::Grant> MintDispatcher::without_those_under_way(std::vector<domain::Grant> due) const {
    const std::lock_guard lock(mutex_);
    std::erase_if(due, [this](const domain::Grant& grant) { return under_way_.contains(grant.id); });
    return due;
}

// Nobody waits for ever: who never had a key is told why there is none, and may ask again.
bool MintDispatcher::abandon_hopeless(const domain::Grant& grant) {
    const bool is_paused = !issuance_.policy().is_enabled;
    const bool is_hopeless = grant.attempts >= most_attempts || is_paused;
    if (grant.keeps_place || !is_hopeless) return false;
    const auto problem = is_paused ? domain::MintProblem::paused : grant.problem;
    const auto abandoned = store_.abandon(attempt_of(grant), problem, clock_.now());
    if (!abandoned && abandoned.error().code != base::Errc::conflict)
        log_("giving up waiting for account " + grant.github_user_id.text() + ": " + abandoned.error().detail);
    if (abandoned)
        log_("account " + grant.github_user_id.text() +
             " waited for a key in vain: " + std::string(domain::to_text(problem)));
    return true;
}

// False: no lane was free in time, or the workers are stopping.
bool MintDispatcher::hand_over(const domain::Grant& grant) {
    {
        const std::lock_guard lock(mutex_);
        under_way_.insert(grant.id);
    }
    auto lane = lanes_.enter_for_queue(lane_patience);
    bool is_taken = false;
    if (lane) {
        auto shared = std::make_shared<MintLanes::Lane>(std::move(*lane));
        is_taken = workers_.try_submit([this, grant, shared] { mint(grant); });
    }
    if (is_taken) return true;
    const std::lock_guard lock(mutex_);
    under_way_.erase(grant.id);
    return false;
}

void MintDispatcher::mint(const domain::Grant& grant) {
    const IssueAnswer answer = issuance_.mint_waiting(grant);
    if (answer.status == IssueStatus::sorting_out || (answer.status == IssueStatus::queued && is_outage(answer.error)))
        has_met_outage_ = true;
    const std::lock_guard lock(mutex_);
    under_way_.erase(grant.id);
}

}  // namespace llmapikey::service
