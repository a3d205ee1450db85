#include "keys/key_synchronization.hpp"

namespace llmapikey {
namespace {

constexpr int rounds_max = 5;

bool is_met(const UpstreamKey& key, const KeyUpdate& wanted) {
    return key.is_disabled == *wanted.is_disabled && key.limit == wanted.daily_limit && key.limit_reset == daily_reset;
}

}  // namespace

base::Result<void> synchronize_key(AdminStore& store, KeyProvider& provider, Grant grant, base::Timestamp now,
                                   base::Deadline deadline) {
    for (int round = 0; round < rounds_max; ++round) {
        const KeyUpdate wanted{grant.is_disabled, limit_at(grant, now)};
        const auto updated = provider.update(grant.delete_handle, wanted, deadline);
        const bool is_gone = !updated && updated.error().code == base::Errc::not_found;
        if (!updated && !is_gone) return base::fail_in("changing the key upstream", updated.error());
        // Another process may have told upstream of the same change; this call only makes sure.
        bool finished = grant.unsynced.empty();
        if (!finished) {
            finished = TRY(store.finish_change(grant.id, grant.unsynced));
        }
        if (finished && updated && !is_met(*updated, wanted))
            return base::fail(base::Errc::upstream_refused, "upstream has answered well, and leaves the key as it is");
        if (finished) return {};
        // Somebody changed the key meanwhile. It is unknown which change reached upstream last, so
        // tell upstream again.
        auto current = TRY(store.find_grant(grant.id));
        if (!current || current->status != GrantStatus::active) return {};
        grant = std::move(*current);
    }
    return base::fail(base::Errc::conflict, "the key was changed again and again meanwhile");
}

}  // namespace llmapikey
