#include "keys/key_ending.hpp"

#include "base/system/crash_point.hpp"

namespace llmapikey {

base::Result<void> end_key_upstream(KeyProvider& provider, SpendingStore& spending, const Grant& grant,
                                    base::Timestamp now, base::Deadline deadline) {
    if (grant.delete_handle.empty()) return {};  // it never had a key
    const auto stopped = provider.update(grant.delete_handle, {true, std::nullopt}, deadline);
    base::crash_point("end.switched_off");
    const bool is_gone = !stopped && stopped.error().code == base::Errc::not_found;
    if (!stopped && !is_gone) return base::fail_in("switching the key off upstream", stopped.error());
    if (stopped) {
        const auto noted = spending.note({reading_of(*stopped, now)});
        base::crash_point("end.noted");
        if (!noted) return base::fail_in("keeping what the key has spent", noted.error());
    }
    const auto revoked = provider.revoke(grant.delete_handle, deadline);
    base::crash_point("end.revoked");
    if (!revoked) return base::fail_in("revoking the key upstream", revoked.error());
    return {};
}

}  // namespace llmapikey
