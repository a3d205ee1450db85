#include "keys/settlement.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/system/crash_point.hpp"
#include "grant/key_name.hpp"
#include "keys/upstream_scan.hpp"
#include "providers/outage.hpp"

namespace llmapikey {
namespace {

// Handles of what attempts have made upstream, by the name that each gave it.
using HandlesByName = std::unordered_map<std::string, std::string>;

base::Result<void> find_by_name(KeyProvider& provider, base::Timestamp oldest, const ScanPatience& patience,
                                HandlesByName& wanted) {
    auto missing = static_cast<std::ptrdiff_t>(wanted.size());
    const auto look = [&](const UpstreamKey& key) {
        const auto found = wanted.find(key.name);
        if (found != wanted.end() && found->second.empty()) {
            found->second = key.delete_handle;
            --missing;
        }
        // The list is newest first. Where the clocks are further apart what is not found here is
        // found by the reconciler, which knows the attempt.
        const bool is_older = key.created_at && *key.created_at < oldest - upstream_skew_max;
        return missing > 0 && !is_older ? Scan::go_on : Scan::stop;
    };
    return scan_upstream_keys(provider, patience, look);
}

}  // namespace

base::Result<Settled> Settlement::settle(const Grant& grant, base::Deadline deadline) {
    return settle_all({grant}, deadline).front();
}

// From here on the process that made the attempt can no longer activate it. Nullopt: go on.
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
    HandlesByName wanted;
    base::Timestamp oldest = base::Timestamp::max();
    // By the clock before the list is read: a key can still appear between the reading and a later
    // look at the clock.
    const base::Timestamp looked_at = clock_.now();
    for (std::size_t i = 0; i < grants.size(); ++i) {
        known[i] = fence(grants[i]);
        if (known[i] || !grants[i].delete_handle.empty()) continue;
        wanted[upstream_key_name(grants[i].github_user_id, grants[i].nonce)];
        oldest = std::min(oldest, grants[i].attempted_at);
    }
    const auto searched = wanted.empty() ? base::Result<void>{}
                                         : find_by_name(provider_, oldest, {deadline, call_timeout_, stop}, wanted);
    std::vector<base::Result<Settled>> outcomes;
    std::optional<base::Error> end;  // why nothing more is tried
    OutageWatch watch;
    for (std::size_t i = 0; i < grants.size(); ++i) {
        const bool is_by_name = grants[i].delete_handle.empty();
        if (known[i]) {
            outcomes.push_back(*known[i]);
        } else if (end) {
            outcomes.push_back(tl::unexpected(*end));
        } else if (is_by_name && !searched) {
            outcomes.push_back(base::fail_in("looking for a key whose creation is in doubt", searched.error()));
        } else {
            const std::string handle = is_by_name ? wanted[upstream_key_name(grants[i].github_user_id, grants[i].nonce)]
                                                  : grants[i].delete_handle;
            const bool may_appear = !is_settled(grants[i], looked_at, settle_time_);
            outcomes.push_back(conclude(grants[i], {handle, may_appear}, base::Deadline::after(call_timeout_)));
        }
        if (outcomes.back()) watch.note_success();
        if (!outcomes.back() && watch.note_failure(outcomes.back().error())) end = outcomes.back().error();
        if (stop.stop_requested()) end = base::Error{base::Errc::overloaded, "told to stop", {}};
    }
    return outcomes;
}

// A create call is sent once, so one attempt makes one key at most: what was found and revoked is
// all there is.
base::Result<Settled> Settlement::conclude(const Grant& grant, const Trace& trace, base::Deadline deadline) {
    if (trace.handle.empty() && trace.may_appear) return Settled::not_yet;
    if (!trace.handle.empty()) {
        const auto revoked = provider_.revoke(trace.handle, deadline);
        base::crash_point("settle.revoked");
        if (!revoked) return base::fail_in("revoking a key whose creation was in doubt", revoked.error());
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
