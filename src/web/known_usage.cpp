#include "web/known_usage.hpp"

namespace llmapikey::web {

service::UsageCache::Known known_usage(const Services& services, const domain::Grant& grant) {
    service::UsageCache& cache = services.usage;
    auto known = cache.look(grant.delete_handle);
    if (known.should_refresh) {
        const bool is_queued = services.background_queue.try_submit([&cache, grant] { cache.refresh(grant); });
        if (!is_queued) cache.abandon_refresh(grant.delete_handle);
    }
    return known;
}

}  // namespace llmapikey::web
