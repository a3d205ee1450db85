#include "keys/settlement.hpp"

#include "base/system/crash_point.hpp"
#include "grant/key_name.hpp"
#include "providers/outage.hpp"

namespace llmapikey {

base::Result<Settled> Settlement::settle(const Grant& grant, base::Deadline deadline) {
    return settle_all({grant}, deadline).front();
}

// Fences the row: from now on the process that made the attempt cannot activate it. Returns nullopt
// if settling must continue.
std::optional<base::Result<Settled>> Settlement::fence(const Grant& grant) {
    const bool is_open =
        grant.status == GrantStatus::pending || grant.status == GrantStatus::ambiguous || is_ending_attempt(grant);
    if (!is_open) return Settled::changed;
    if (grant.status == GrantStatus::pending && !is_settled(grant, clock_.now(), settle_time_)) return Settled::not_yet;
    const auto fenced = store_.mark_ambiguous(attempt_of(grant), grant.delete_handle);
    base::crash_point("settle.fenced");
    if (fenced) return std::nullopt;
    if (fenced.error().code == base::Errc::conflict) return Settled::changed;
    return tl::unexpected(fenced.error());
}

std::vector<base::Result<Settled>> Settlement::settle_all(const std::vector<Grant>& grants, base::Deadline deadline,
                                                          const std::stop_token& stop) {
    std::vector<std::optional<base::Result<Settled>>> known(grants.size());
    std::vector<SoughtAttempt> sought;
    std::vector<std::size_t> places(grants.size());  // index in `sought` of each grant that is looked for by name
    // Read the clock before the search: a key can still appear between the search and a later look
    // at the clock.
    const base::Timestamp looked_at = clock_.now();
    for (std::size_t i = 0; i < grants.size(); ++i) {
        known[i] = fence(grants[i]);
        if (known[i] || !grants[i].delete_handle.empty()) continue;
        places[i] = sought.size();
        sought.push_back({upstream_key_name(grants[i].github_user_id, grants[i].nonce), grants[i].attempted_at});
    }
    auto handles = sought.empty() ? base::Result<std::vector<std::string>>{}
                                  : provider_.find_attempts(sought, {deadline, call_timeout_, stop});
    if (handles && handles->size() != sought.size())
        handles = base::fail(base::Errc::upstream_down, "the provider did not tell of every attempt");
    std::vector<base::Result<Settled>> outcomes;
    std::optional<base::Error> end;  // why nothing more is tried
    OutageWatch watch;
    for (std::size_t i = 0; i < grants.size(); ++i) {
        const bool is_by_name = grants[i].delete_handle.empty();
        if (known[i]) {
            outcomes.push_back(*known[i]);
        } else if (end) {
            outcomes.push_back(tl::unexpected(*end));
        } else if (is_by_name && !handles) {
            outcomes.push_back(base::fail_in("looking for the key of an ambiguous attempt", handles.error()));
        } else {
            const std::string& handle = is_by_name ? handles->at(places[i]) : grants[i].delete_handle;
            const bool may_appear = !is_settled(grants[i], looked_at, settle_time_);
            outcomes.push_back(conclude(grants[i], {handle, may_appear}, base::Deadline::after(call_timeout_)));
        }
        if (outcomes.back()) watch.note_success();
        if (!outcomes.back() && watch.note_failure(outcomes.back().error())) end = outcomes.back().error();
        if (stop.stop_requested()) end = base::Error{base::Errc::overloaded, "told to stop", {}};
    }
    return outcomes;
}

// A create call is sent once, so an attempt makes at most one key. What was found and revoked is
// all there is.
base::Result<Settled> Settlement::conclude(const Grant& grant, const Trace& trace, base::Deadline deadline) {
    if (trace.handle.empty() && trace.may_appear) return Settled::not_yet;
    if (!trace.handle.empty()) {
        const auto revoked = provider_.revoke(trace.handle, deadline);
        base::crash_point("settle.revoked");
        if (!revoked) return base::fail_in("revoking the key of an ambiguous attempt", revoked.error());
    }
    const auto made = make_room(grant);
    base::crash_point("settle.requeued");
    if (made) return Settled::freed;
    if (made.error().code == base::Errc::conflict) return Settled::changed;
    return tl::unexpected(made.error());
}

base::Result<void> Settlement::make_room(const Grant& grant) {
    const base::Timestamp now = clock_.now();
    const base::Seconds patience = grant.keeps_place ? base::Seconds(wish_stands_for) : wait_max;
    if (now - grant.attempted_at > patience) return store_.release(attempt_of(grant), MintProblem::lost_answer, now);
    return queue_.requeue(attempt_of(grant), {now, MintProblem::lost_answer, true});
}

}  // namespace llmapikey
