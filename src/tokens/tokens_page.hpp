#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey::web {

// The console's page of API tokens.
struct TokensPage {
    service::TokenStore& token_store;
    const base::Clock& clock;
    service::ApiTokens& tokens;

    net::Response show(const Context& context) const;
    net::Response create(const Context& context) const;
    net::Response revoke(const Context& context) const;
};

}  // namespace llmapikey::web
