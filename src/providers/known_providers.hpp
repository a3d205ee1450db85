#pragma once

#include <span>

#include "providers/provider_traits.hpp"

// The one list of all providers, for code that has no KeyProvider to ask: code that recognizes raw
// keys, which may be of any provider whatever is configured now, and texts that are made before the
// configuration is read.
namespace llmapikey {

std::span<const ProviderTraits* const> known_providers();

// Returns the provider that is used if the configuration names none.
inline const ProviderTraits& usual_provider() {
    return *known_providers().front();
}

}  // namespace llmapikey
