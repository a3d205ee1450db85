#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {

// The JSON API of webhooks and their deliveries.
struct WebhookRoutes {
    WebhookStore& webhook_store;
    Webhooks& webhooks;
    const base::Clock& clock;

    net::Response list(const Context& context) const;
    net::Response add(const Context& context) const;
    net::Response remove(const Context& context) const;
    net::Response test(const Context& context) const;
    net::Response replace_secret(const Context& context) const;
    net::Response list_deliveries(const Context& context) const;
    net::Response resend(const Context& context) const;
    // Whether `shown` may be shown again, which is recorded.
    base::Result<bool> may_show_again(const Context& context, const boost::json::object& answer,
                                      const base::Secret& shown) const;
};

}  // namespace llmapikey
