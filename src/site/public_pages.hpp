#pragma once

#include "http/context.hpp"
#include "keys/issuance.hpp"
#include "keys/key_store.hpp"
#include "providers/guardrail_watch.hpp"

namespace llmapikey {

// The pages that anybody may read: the landing page, the documentation and the description of the
// API.
struct PublicPages {
    const GuardrailWatch& guardrail;
    KeyStore& store;
    Issuance& issuance;

    net::Response landing(const Context& context) const;
    net::Response docs(const Context& context) const;
    net::Response choose_language(const Context& context) const;  // remembers it in a cookie, and leads back
    net::Response openapi(const Context& context) const;          // the description of the JSON API
};

}  // namespace llmapikey
