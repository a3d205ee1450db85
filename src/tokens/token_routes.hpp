#pragma once

#include "http/context.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey {

// Serves the JSON API of API tokens.
struct TokenRoutes {
    TokenStore& token_store;
    ApiTokens& tokens;

    net::Response list(const Context& context) const;
    net::Response create(const Context& context) const;
    net::Response revoke(const Context& context) const;
    // Returns whether the token `shown` may be shown again, and records it if so.
    base::Result<bool> may_show_again(const Context& context, const boost::json::object& answer,
                                      const base::Secret& shown) const;
};

}  // namespace llmapikey
