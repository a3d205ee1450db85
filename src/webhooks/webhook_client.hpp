#pragma once

#include "net/address_reach.hpp"
#include "net/http_client.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {

// Which addresses are posted to.
enum class WebhookReach {
    world,   // public ones
    inside,  // likewise, and loopback and private networks
    any,     // likewise, and link-local ones
};

// Messages as the Standard Webhooks specification has them: headers webhook-id, webhook-timestamp
// and webhook-signature (v1: HMAC-SHA256 over "id.timestamp.body" under the secret without its
// "whsec_"; where two secrets sign, both signatures with a blank between). Follows no redirect. Of
// an answer only the status and Retry-After count: of its body a little is read, for a moment, and
// thrown away.
class WebhookClient final : public WebhookTransport {
public:
    // `http` must outlive this, and keep to the same rule about addresses.
    WebhookClient(net::HttpClient& http, WebhookReach reach) : http_(http), reach_(reach) {}

    base::Result<void> check(const std::string& url) const override;
    base::Result<WebhookAnswer> post(const WebhookCall& call, base::Deadline deadline,
                                     const std::stop_token& stop) override;

private:
    net::HttpClient& http_;
    const WebhookReach reach_;
};

// What an HTTP client for webhooks says to the addresses that it is about to connect to.
net::AddressFilter webhook_address_filter(WebhookReach reach);

// The body: {"type", "timestamp", "data": {...}}.
std::string webhook_body(const WebhookEvent& event);
// "v1,<base64>".
std::string webhook_signature(const base::Secret& secret, const std::string& id, const std::string& timestamp,
                              const std::string& body);

}  // namespace llmapikey
