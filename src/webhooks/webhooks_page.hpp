#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {

// The console's page of webhooks.
struct WebhooksPage {
    WebhookStore& webhook_store;
    const base::Clock& clock;
    Webhooks& webhooks;

    net::Response show(const Context& context) const;
    net::Response add(const Context& context) const;
    net::Response remove(const Context& context) const;
    net::Response test(const Context& context) const;
    net::Response replace_secret(const Context& context) const;
    net::Response resend(const Context& context) const;
};

}  // namespace llmapikey
