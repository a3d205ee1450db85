#pragma once

#include "net/http_client.hpp"
#include "service/webhooks.hpp"

namespace llmapikey::upstream {

// Messages as the Standard Webhooks specification has them: headers webhook-id, webhook-timestamp and
// webhook-signature (v1: HMAC-SHA256 over "id.timestamp.body" under the secret without its "whsec_"). Follows no
// redirect.
class WebhookClient final : public service::WebhookTransport {
public:
    explicit WebhookClient(net::HttpClient& http) : http_(http) {}

    base::Result<int> post(const std::string& url, const base::Secret& secret, const service::WebhookEvent& event,
                           base::Timestamp now, base::Deadline deadline) override;

private:
    net::HttpClient& http_;
};

// The body: {"type", "timestamp", "data": {...}}.
std::string webhook_body(const service::WebhookEvent& event);
// "v1,<base64>".
std::string webhook_signature(const base::Secret& secret, const std::string& id, const std::string& timestamp,
                              const std::string& body);

}  // namespace llmapikey::upstream
