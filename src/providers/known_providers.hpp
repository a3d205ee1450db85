#pragma once

#include <span>

#include "providers/provider_traits.hpp"

// The one list of all providers. It is for those who have no KeyProvider to ask: whoever recognizes
// a raw key, which may be of any provider whatever is configured now, and texts that are made
// before the configuration is read.
namespace llmapikey {

std::span<const ProviderTraits* const> known_providers();

// The provider where the configuration names none. Never null.
inline const ProviderTraits& usual_provider() {
    return *known_providers().front();
}

}  // namespace llmapikey
