#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey::web {

// The console's page of webhooks.
struct WebhooksPage {
    service::WebhookStore& webhook_store;
    const base::Clock& clock;
    service::Webhooks& webhooks;

    net::Response show(const Context& context) const;
    net::Response add(const Context& context) const;
    net::Response remove(const Context& context) const;
    net::Response test(const Context& context) const;
    net::Response replace_secret(const Context& context) const;
    net::Response resend(const Context& context) const;
};

}  // namespace llmapikey::web
