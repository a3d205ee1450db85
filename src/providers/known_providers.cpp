#include "providers/known_providers.hpp"

#include "providers/openrouter/openrouter_traits.hpp"

namespace llmapikey {

std::span<const ProviderTraits* const> known_providers() {
    static constexpr const ProviderTraits* all[] = {&openrouter_traits};
    return all;
}

}  // namespace llmapikey
