#include "service/settlement.hpp"

#include "service/upstream_scan.hpp"

namespace llmapikey::service {
namespace {

// The list is newest first; keys this much older than the attempt, by the upstream's clock, end the search.
constexpr std::chrono::hours clock_skew_allowance{24};

}  // namespace

base::Result<Settled> Settlement::settle(const domain::Grant& grant, base::Deadline deadline) {
    const Attempt attempt{grant.github_user_id, grant.id, grant.nonce};
    const bool is_settled = domain::is_settled(grant, clock_.now(), settle_time_);
    const bool is_in_doubt =
        grant.status == domain::GrantStatus::pending || grant.status == domain::GrantStatus::ambiguous;
    if (!is_in_doubt) return Settled::changed;
    if (grant.status == domain::GrantStatus::pending && !is_settled) return Settled::not_yet;

    const auto fenced = store_.mark_ambiguous(attempt, grant.delete_handle);
    if (!fenced && fenced.error().code == base::Errc::conflict) return Settled::changed;
    if (!fenced) return tl::unexpected(fenced.error());

    // A create call is sent once, so one attempt makes one key at most: what was found and revoked is all there is.
    bool is_revoked = false;
    if (!grant.delete_handle.empty()) {
        const auto revoked = provider_.revoke(grant.delete_handle, deadline);
        if (!revoked) return base::fail_in("revoking a key whose activation failed", revoked.error());
        is_revoked = true;
    } else {
        const auto found = revoke_by_name(grant, deadline);
        if (!found) return tl::unexpected(found.error());
        is_revoked = *found;
    }
    if (!is_revoked && !is_settled) return Settled::not_yet;

    const auto released = store_.release(attempt);
    if (released) return Settled::freed;
    if (released.error().code == base::Errc::conflict) return Settled::changed;
    return tl::unexpected(released.error());
}

base::Result<bool> Settlement::revoke_by_name(const domain::Grant& grant, base::Deadline deadline) {
    const std::string name = domain::upstream_key_name(grant.github_user_id, grant.nonce);
    std::string handle;
    const auto look = [&](const UpstreamKey& key) {
        if (key.name == name) handle = key.delete_handle;
        const bool is_older = key.created_at && *key.created_at < grant.attempted_at - clock_skew_allowance;
        return handle.empty() && !is_older ? Scan::go_on : Scan::stop;
    };
    const auto scanned = scan_upstream_keys(provider_, deadline, look);
    if (!scanned) return base::fail_in("looking for a key whose creation is in doubt", scanned.error());
    if (handle.empty()) return false;
    const auto revoked = provider_.revoke(handle, deadline);
    if (!revoked) return base::fail_in("revoking a key whose creation was in doubt", revoked.error());
    return true;
}

}  // namespace llmapikey::service
