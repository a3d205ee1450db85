#include "web/known_usage.hpp"

namespace llmapikey::web {

service::UsageCache::Known known_usage(const Services& services, const domain::Grant& grant) {
    const std::string handle = grant.delete_handle;
    service::UsageCache& cache = services.usage;
    auto known = cache.look(handle);
    if (known.should_refresh) {
        const bool is_queued = services.background_queue.try_submit([&cache, handle] { cache.refresh(handle); });
        if (!is_queued) cache.abandon_refresh(handle);
    }
    return known;
}

}  // namespace llmapikey::web
