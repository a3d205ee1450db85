#pragma once

#include <optional>
#include <set>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "service/audit_log.hpp"
#include "service/initiator.hpp"

namespace llmapikey::service {

// "key.issued", "key.revoked", ...: what can be told.
std::span<const std::string_view> webhook_event_types();

struct WebhookEndpoint {
    std::string id;
    std::string url;
    std::string sealed_secret;     // bound to the id
    std::set<std::string> events;  // empty: all
    bool is_enabled = true;
    base::Timestamp created_at;
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
    virtual base::Result<bool> remove_endpoint(const std::string& id) = 0;
    virtual base::Result<void> disable_endpoint(const std::string& id) = 0;
    // Unless there is an event of this key, or no endpoint to tell.
    virtual base::Result<void> add_event(const WebhookEvent& event) = 0;
    // An event for each key that expired after `after` and by `by`.
    virtual base::Result<void> add_expiries(base::Timestamp after, base::Timestamp by) = 0;
    // Events that no delivery was made of yet.
    virtual base::Result<std::vector<WebhookEvent>> undispatched(int limit) = 0;
    // A delivery to each of the endpoints, unless there is one.
    virtual base::Result<void> dispatch(const std::string& event_id, const std::vector<std::string>& endpoint_ids,
                                        base::Timestamp now) = 0;
    virtual base::Result<std::vector<WebhookDelivery>> due(base::Timestamp now, int limit) = 0;
    // State, attempts, next_at, updated_at and problem.
    virtual base::Result<void> update(const WebhookDelivery& delivery) = 0;
    // The latest first. nullopt: of every state.
    virtual base::Result<std::vector<WebhookDelivery>> deliveries(std::optional<DeliveryState> state, int limit) = 0;
    // Reads every delivery: not for a page.
    virtual base::Result<std::int64_t> count_dead() = 0;
    // Dead or delivered -> waiting, as new. False: there is no such delivery.
    virtual base::Result<bool> resend(const std::string& delivery_id, base::Timestamp now) = 0;
    // Forgets what was told or given up before `before`.
    virtual base::Result<void> prune(base::Timestamp before) = 0;
};

// Sends one message as the Standard Webhooks specification says. Blocking, thread-safe.
class WebhookTransport {
public:
    virtual ~WebhookTransport() = default;
    // Status of the answer; upstream_down: there was none. `message_id` is the same at every attempt.
    virtual base::Result<int> post(const std::string& url, const base::Secret& secret, const WebhookEvent& event,
                                   base::Timestamp now, base::Deadline deadline) = 0;
};

struct NewEndpoint {
    WebhookEndpoint endpoint;
    base::Secret secret;  // "whsec_...": shown once
};

// Tells endpoints what happens: each event at least once, with retries over three days, and then among the dead, from
// where it can be sent again. Blocking; thread-safe but for run_once(), which is for one thread.
class Webhooks {
public:
    Webhooks(WebhookStore& store, WebhookTransport& transport, const base::Sealer& sealer, AuditLog& audit,
             const base::Clock& clock)
        : store_(store), transport_(transport), sealer_(sealer), audit_(audit), clock_(clock) {}

    // invalid_input: not an http or https URL, or an unknown event.
    base::Result<NewEndpoint> add(const std::string& url, const std::set<std::string>& events, const Initiator& by);
    // not_found.
    base::Result<void> remove(const std::string& id, const Initiator& by);
    // Sends a "webhook.test" to this endpoint alone. not_found.
    base::Result<void> test(const std::string& id);

    // Sends what is due. Gives what went wrong, for the log; empty: nothing.
    std::string run_once(const std::stop_token& stop);

private:
    base::Result<void> dispatch();
    base::Result<void> attempt(WebhookDelivery delivery, const std::vector<WebhookEndpoint>& endpoints);

    WebhookStore& store_;
    WebhookTransport& transport_;
    const base::Sealer& sealer_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey::service
