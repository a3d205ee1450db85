#include "webhooks/webhook_client.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>

#include "base/encoding.hpp"
#include "net/retry_after.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view secret_prefix = "whsec_";
constexpr std::size_t body_bytes_max = 64 * 1024;
constexpr base::Millis body_time_max{2'000};

// Takes a little of a body, so that an ordinary receiver is not cut off while it answers.
class DiscardedBody final : public net::AnswerSink {
public:
    explicit DiscardedBody(std::stop_token stop) : stop_(std::move(stop)) {}

    bool begin(const net::ClientResponse&) override {
        until_ = base::Deadline::after(body_time_max);
        return true;
    }
    bool take(std::string_view piece) override {
        taken_ += piece.size();
        return taken_ <= body_bytes_max && is_wanted();
    }
    bool is_wanted() const override { return !stop_.stop_requested() && !(until_ && until_->has_passed()); }

private:
    const std::stop_token stop_;
    std::size_t taken_ = 0;
    std::optional<base::Deadline> until_;
};

// "example.org" of "https://user@example.org:8443/hook"; an IPv6 address with its brackets.
std::string host_of(const std::string& url) {
    std::string_view rest = url;
    rest.remove_prefix(rest.find("//") + 2);
    rest = rest.substr(0, rest.find_first_of("/?#"));
    rest.remove_prefix(rest.rfind('@') + 1);  // npos + 1: nothing
    const auto end = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
    return std::string(end != std::string_view::npos ? rest.substr(0, end + 1) : rest.substr(0, rest.find(':')));
}

// Why this is not posted to; empty: it is.
std::string refusal_of(net::Reach reach, WebhookReach allowed, const std::string& address) {
    const bool is_refused = (reach == net::Reach::link && allowed != WebhookReach::any) ||
                            (reach == net::Reach::inside && allowed == WebhookReach::world);
    return is_refused ? address + " is no address that webhooks are sent to (WEBHOOK_TARGETS)" : "";
}

void set_if_any(boost::json::object& object, const char* name, const std::string& value) {
    if (!value.empty()) object[name] = value;
}

}  // namespace

std::string webhook_body(const WebhookEvent& event) {
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

base::Result<void> WebhookClient::check(const std::string& url) const {
    const std::string host = host_of(url);
    const std::string refusal = refusal_of(net::reach_of(host), reach_, host);
    if (!refusal.empty()) return base::fail(base::Errc::invalid_input, refusal);
    return {};
}

base::Result<WebhookAnswer> WebhookClient::post(const WebhookCall& call, base::Deadline deadline,
                                                const std::stop_token& stop) {
    const std::string body = webhook_body(call.event);
    const std::string timestamp = std::to_string(call.now.time_since_epoch().count());
    std::string signatures;
    for (const base::Secret& secret : call.secrets)
        signatures += (signatures.empty() ? "" : " ") + webhook_signature(secret, call.event.id, timestamp, body);
    const net::ClientRequest request{"POST",
                                     call.url,
                                     {{"Content-Type", "application/json"},
                                      {"webhook-id", call.event.id},
                                      {"webhook-timestamp", timestamp},
                                      {"webhook-signature", signatures}},
                                     body};
    DiscardedBody sink(stop);
    net::StreamLimits limits{deadline};
    limits.idle = deadline.left();
    const net::ClientResponse response = http_.stream(request, sink, limits);
    // Once there is a status it counts, however much of a body would have followed.
    if (response.status < 200) return base::fail(base::Errc::upstream_down, "no answer: " + response.failure);
    return WebhookAnswer{response.status, net::retry_after_of(response)};
}

net::AddressFilter webhook_address_filter(WebhookReach reach) {
    return [reach](const sockaddr& address) {
        return refusal_of(net::reach_of(address), reach, net::numeric_text(address));
    };
}

}  // namespace llmapikey
