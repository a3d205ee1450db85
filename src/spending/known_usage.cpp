#include "spending/known_usage.hpp"

namespace llmapikey {

UsageCache::Known known_usage(UsageCache& cache, base::WorkQueue& background, const Grant& grant) {
    auto known = cache.look(grant.delete_handle);
    if (known.should_refresh) {
        const bool is_queued = background.try_submit([&cache, grant] { cache.refresh(grant); });
        if (!is_queued) cache.abandon_refresh(grant.delete_handle);
    }
    return known;
}

}  // namespace llmapikey
