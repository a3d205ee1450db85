#include "upstream/webhook_client.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"

namespace llmapikey::upstream {
namespace {

constexpr std::string_view secret_prefix = "whsec_";

void set_if_any(boost::json::object& object, const char* name, const std::string& value) {
    if (!value.empty()) object[name] = value;
}

}  // namespace

std::string webhook_body(const service::WebhookEvent& event) {
    boost::json::object data;
    set_if_any(data, "id", event.grant_id);
    set_if_any(data, "github_user_id", event.github_user_id);
    set_if_any(data, "github_username", event.github_username);
    set_if_any(data, "detail", event.detail);
    boost::json::object body{{"type", event.type}, {"timestamp", base::to_rfc3339(event.at)}};
    body["data"] = std::move(data);
    return boost::json::serialize(body);
}

std::string webhook_signature(const base::Secret& secret, const std::string& id, const std::string& timestamp,
                              const std::string& body) {
    std::string_view encoded = secret.reveal();
    if (encoded.starts_with(secret_prefix)) encoded.remove_prefix(secret_prefix.size());
    const std::string key = base::from_base64(encoded).value_or("");
    return "v1," + base::to_base64(base::hmac_sha256(key, id + "." + timestamp + "." + body));
}

base::Result<int> WebhookClient::post(const std::string& url, const base::Secret& secret,
                                      const service::WebhookEvent& event, base::Timestamp now,
                                      base::Deadline deadline) {
    const std::string body = webhook_body(event);
    const std::string timestamp = std::to_string(now.time_since_epoch().count());
    const net::ClientRequest request{"POST",
                                     url,
                                     {{"Content-Type", "application/json"},
                                      {"webhook-id", event.id},
                                      {"webhook-timestamp", timestamp},
                                      {"webhook-signature", webhook_signature(secret, event.id, timestamp, body)}},
                                     body};
    const net::ClientResponse response = http_.send(request, deadline);
    if (response.transfer != net::TransferStatus::answered)
        return base::fail(base::Errc::upstream_down, "no answer: " + response.failure);
    return response.status;
}

}  // namespace llmapikey::upstream
