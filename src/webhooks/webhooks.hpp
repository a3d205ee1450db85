#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "identity/initiator.hpp"

namespace llmapikey {

// "key.issued", "key.revoked", ...: what can be told.
std::span<const std::string_view> webhook_event_types();
// What an organizer sends to see whether an endpoint takes messages; its `detail` is the endpoint's
// id.
inline constexpr const char* webhook_test_type = "webhook.test";

// However long an endpoint asks for: by so much at most nothing is sent to one, and a message is
// put off.
inline constexpr std::chrono::hours asked_endpoint_pause_max{1}, asked_delivery_pause_max{28};

// How an endpoint has been doing lately, over all messages to it.
struct EndpointHealth {
    std::int64_t failures = 0;  // attempts in a row to which there was no answer, or "not now"
    std::optional<base::Timestamp> failing_since;
    base::Timestamp next_at{};  // nothing is sent before
};

struct WebhookEndpoint {
    std::string id;
    std::string url;
    std::string sealed_secret;     // bound to the id
    std::set<std::string> events;  // empty: all
    bool is_enabled = true;
    base::Timestamp created_at;
    // The secret before, which signs as well until then; empty: there is none.
    std::string sealed_former_secret = {};
    std::optional<base::Timestamp> former_until = {};
    EndpointHealth health = {};
};

struct WebhookEvent {
    std::string id;
    std::string key;  // names what happened, once: a second event of this key is dropped
    std::string type;
    std::string grant_id;  // "" where it is about no key
    std::string github_user_id, github_username;
    std::string detail;
    base::Timestamp at;
};

enum class DeliveryState { waiting, delivered, dead };
std::string_view to_text(DeliveryState state);

struct WebhookDelivery {
    std::string id;
    WebhookEvent event;
    std::string endpoint_id;
    DeliveryState state = DeliveryState::waiting;
    std::int64_t attempts = 0;
    base::Timestamp next_at, updated_at;
    std::string problem;  // of the latest attempt; empty: none
};

// Blocking, thread-safe; can fail with Errc::store_unavailable.
class WebhookStore {
public:
    virtual ~WebhookStore() = default;
    virtual base::Result<void> add_endpoint(const WebhookEndpoint& endpoint) = 0;
    virtual base::Result<std::vector<WebhookEndpoint>> endpoints() = 0;
    // With all deliveries to it.
    virtual base::Result<bool> remove_endpoint(const std::string& id) = 0;
    // What waits for it is given up, with `problem`.
    virtual base::Result<void> disable_endpoint(const std::string& id, const std::string& problem,
                                                base::Timestamp now) = 0;
    virtual base::Result<void> enable_endpoint(const std::string& id) = 0;
    // The secret that is there becomes the former one, until `former_until` (nullopt: it is
    // forgotten). False: there is no such endpoint.
    virtual base::Result<bool> rotate_secret(const std::string& id, const std::string& sealed_secret,
                                             std::optional<base::Timestamp> former_until) = 0;
    virtual base::Result<void> set_health(const std::string& id, const EndpointHealth& health) = 0;
    // Unless there is an event of this key, or no endpoint to tell.
    virtual base::Result<void> add_event(const WebhookEvent& event) = 0;
    // An event for each key that expired after `after` and by `by`.
    virtual base::Result<void> add_expiries(base::Timestamp after, base::Timestamp by) = 0;
    // Events that no delivery was made of yet.
    virtual base::Result<std::vector<WebhookEvent>> undispatched(int limit) = 0;
    // A delivery to each of the endpoints that are still there, unless there is one.
    virtual base::Result<void> dispatch(const std::string& event_id, const std::vector<std::string>& endpoint_ids,
                                        base::Timestamp now) = 0;
    // Endpoints to which something is due.
    virtual base::Result<std::set<std::string>> endpoints_with_due(base::Timestamp now) = 0;
    // What is due to this endpoint, the one that is due longest first.
    virtual base::Result<std::vector<WebhookDelivery>> due(const std::string& endpoint_id, base::Timestamp now,
                                                           int limit) = 0;
    // State, attempts, next_at, updated_at and problem.
    virtual base::Result<void> update(const WebhookDelivery& delivery) = 0;
    // Waiting -> dead, of those to this endpoint that have waited since before `before`.
    virtual base::Result<void> give_up(const std::string& endpoint_id, base::Timestamp before,
                                       const std::string& problem, base::Timestamp now) = 0;
    // The latest first. nullopt: of every state.
    virtual base::Result<std::vector<WebhookDelivery>> deliveries(std::optional<DeliveryState> state, int limit) = 0;
    // Reads every delivery: not for a page.
    virtual base::Result<std::int64_t> count_dead() = 0;
    // Dead or delivered -> waiting, as new. False: there is no such delivery.
    virtual base::Result<bool> resend(const std::string& delivery_id, base::Timestamp now) = 0;
    // Forgets what was told or given up before `before`, and what waits for an endpoint that is
    // gone.
    virtual base::Result<void> prune(base::Timestamp before) = 0;
};

// One attempt to deliver a message.
struct WebhookCall {
    std::string url;
    std::vector<base::Secret> secrets;  // each signs
    WebhookEvent event;                 // its id is the message's, the same at every attempt
    base::Timestamp now;
};
struct WebhookAnswer {
    int status = 0;
    base::Seconds retry_after{0};  // 0: not stated
};

// Sends one message as the Standard Webhooks specification says. Blocking, thread-safe.
class WebhookTransport {
public:
    virtual ~WebhookTransport() = default;
    // invalid_input: the URL names an address that is never posted to. Other addresses are looked
    // at when they are connected to.
    virtual base::Result<void> check(const std::string& url) const = 0;
    // upstream_down: there was no answer, or `stop` was requested before there was one.
    virtual base::Result<WebhookAnswer> post(const WebhookCall& call, base::Deadline deadline,
                                             const std::stop_token& stop) = 0;
};

struct NewEndpoint {
    WebhookEndpoint endpoint;
    base::Secret secret;  // "whsec_...": shown once
};

// How long a former secret may go on signing.
inline constexpr std::chrono::hours former_secret_default{24};
inline constexpr std::chrono::hours former_secret_max{168};

// The endpoints, as organizers manage them; WebhookCourier sends the messages. Blocking,
// thread-safe.
class Webhooks {
public:
    Webhooks(WebhookStore& store, const WebhookTransport& transport, const base::Sealer& sealer, AuditLog& audit,
             const base::Clock& clock)
        : store_(store), transport_(transport), sealer_(sealer), audit_(audit), clock_(clock) {}

    // invalid_input: not a URL as check_webhook_url() wants it, an address that is never posted to,
    // or an unknown event.
    base::Result<NewEndpoint> add(const std::string& url, const std::set<std::string>& events, const Initiator& by);
    // Its messages go with it. not_found.
    base::Result<void> remove(const std::string& id, const Initiator& by);
    // A new secret. The one before signs as well for `keep_former` (0: no more). not_found;
    // invalid_input: longer than former_secret_max.
    base::Result<NewEndpoint> rotate_secret(const std::string& id, std::chrono::hours keep_former, const Initiator& by);
    // Before a secret is shown again: records it. False: there is no such endpoint, or it has
    // another secret by now.
    base::Result<bool> may_show_again(const std::string& id, const base::Secret& secret, const Initiator& by);
    // Sends a "webhook.test" to this endpoint alone, also where it is switched off. not_found.
    base::Result<void> test(const std::string& id);

private:
    base::Result<WebhookEndpoint> find(const std::string& id);
    base::Secret new_secret() const;

    WebhookStore& store_;
    const WebhookTransport& transport_;
    const base::Sealer& sealer_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
