#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey {

// Serves the console's page of API tokens.
struct TokensPage {
    TokenStore& token_store;
    const base::Clock& clock;
    ApiTokens& tokens;

    net::Response show(const Context& context) const;
    net::Response create(const Context& context) const;
    net::Response revoke(const Context& context) const;
};

}  // namespace llmapikey
