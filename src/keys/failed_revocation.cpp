#include <algorithm>

#include "keys/admin_store.hpp"
#include "providers/outage.hpp"

namespace llmapikey {
namespace {

constexpr base::Seconds first_back_off{5};
constexpr base::Seconds back_off_max_while_away{15};
constexpr int doublings_max = 10;

}  // namespace

base::Seconds revocation_back_off(int attempts, const base::Error& error) {
    const base::Seconds doubled = first_back_off * (1 << std::clamp(attempts, 0, doublings_max));
    return std::min(doubled, is_outage(error) ? back_off_max_while_away : base::Seconds{revocation_pause_max});
}

base::Result<void> note_failed_revocation(AdminStore& store, const LedgerEntry& entry, const base::Error& error,
                                          base::Timestamp now) {
    const base::Seconds wait = std::max(revocation_back_off(entry.attempts, error), error.retry_after);
    // A request to slow down is not the key's fault, so it does not count.
    return store.note_revocation_failure(entry.grant.id, error.detail,
                                         now + std::min<base::Seconds>(wait, revocation_pause_max),
                                         error.code != base::Errc::rate_limited);
}

}  // namespace llmapikey
