#pragma once

#include "web/context.hpp"

namespace llmapikey::web {

// What is known of a key's spending now; asks the upstream in the background if it is time to.
service::UsageCache::Known known_usage(const Services& services, const domain::Grant& grant);

}  // namespace llmapikey::web
