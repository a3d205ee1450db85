#include "service/webhooks.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "service/audited.hpp"

namespace llmapikey::service {
namespace {

constexpr std::size_t secret_bytes = 32;
constexpr int events_at_once = 100;
constexpr int deliveries_at_once = 20;
constexpr base::Millis longest_call{15'000};
constexpr const char* test_type = "webhook.test";

// As the Standard Webhooks specification proposes: each some time after the failure before.
constexpr std::array<base::Seconds, 9> pauses{
    std::chrono::seconds{5}, std::chrono::minutes{5}, std::chrono::minutes{30},
    std::chrono::hours{2},   std::chrono::hours{5},   std::chrono::hours{10},
    std::chrono::hours{14},  std::chrono::hours{20},  std::chrono::hours{24}};

bool wants(const WebhookEndpoint& endpoint, const std::string& type) {
    return endpoint.is_enabled && (endpoint.events.empty() || endpoint.events.contains(type));
}

// Up to a tenth more, so that what failed together does not come back together.
base::Seconds jittered(base::Seconds pause) {
    const auto draw = static_cast<unsigned char>(base::random_bytes(1).front());
    return pause + base::Seconds{pause.count() * draw / 2560};
}

}  // namespace

std::span<const std::string_view> webhook_event_types() {
    static constexpr std::array<std::string_view, 6> types{"key.issued",     "key.revoked",   "key.expired",
                                                           "mint.ambiguous", "quota.reached", "spend.alarm"};
    return types;
}

std::string_view to_text(DeliveryState state) {
    switch (state) {
        case DeliveryState::waiting:
            return "waiting";
        case DeliveryState::delivered:
            return "delivered";
        case DeliveryState::dead:
            return "dead";
    }
    return "";
}

base::Result<NewEndpoint> Webhooks::add(const std::string& url, const std::set<std::string>& events,
                                        const Initiator& by) {
    const bool is_url = url.starts_with("https://") || url.starts_with("http://");
    const bool is_clean = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_url || !is_clean || url.size() > 2000 || url.find("//") + 2 == url.size()) {
        return base::fail(base::Errc::invalid_input, "url must be an https or http URL");
    }
    const auto known = webhook_event_types();
    for (const std::string& event : events) {
        if (std::find(known.begin(), known.end(), event) == known.end())
            return base::fail(base::Errc::invalid_input, "there is no event named " + base::to_printable(event, 40));
    }
    NewEndpoint created;
    created.secret = base::Secret("whsec_" + base::to_base64(base::random_bytes(secret_bytes)));
    created.endpoint.id = base::random_uuid();
    created.endpoint.url = url;
    created.endpoint.events = events;
    created.endpoint.created_at = clock_.now();
    created.endpoint.sealed_secret = sealer_.seal(created.secret.reveal(), created.endpoint.id);
    Audited audited(audit_, clock_, by, "webhook.add", "webhook:" + created.endpoint.id, url);
    const auto recorded = audited.begin();
    if (!recorded) return tl::unexpected(recorded.error());
    const auto added = store_.add_endpoint(created.endpoint);
    if (!added) return tl::unexpected(audited.failed(added.error()));
    const auto closed = audited.done();
    if (!closed) return tl::unexpected(closed.error());
    return created;
}

base::Result<void> Webhooks::remove(const std::string& id, const Initiator& by) {
    Audited audited(audit_, clock_, by, "webhook.remove", "webhook:" + id, "");
    const auto recorded = audited.begin();
    if (!recorded) return recorded;
    const auto removed = store_.remove_endpoint(id);
    if (!removed) return tl::unexpected(audited.failed(removed.error()));
    if (!*removed) return tl::unexpected(audited.failed({base::Errc::not_found, "there is no such endpoint", {}}));
    return audited.done();
}

base::Result<void> Webhooks::test(const std::string& id) {
    const auto endpoints = store_.endpoints();
    if (!endpoints) return tl::unexpected(endpoints.error());
    const bool is_known =
        std::any_of(endpoints->begin(), endpoints->end(), [&](const auto& each) { return each.id == id; });
    if (!is_known) return base::fail(base::Errc::not_found, "there is no such endpoint");
    WebhookEvent event;
    event.id = base::random_uuid();
    event.key = std::string(test_type) + ":" + event.id;
    event.type = test_type;
    event.detail = id;
    event.at = clock_.now();
    return store_.add_event(event);
}

base::Result<void> Webhooks::dispatch() {
    const auto events = store_.undispatched(events_at_once);
    if (!events) return tl::unexpected(events.error());
    if (events->empty()) return {};
    const auto endpoints = store_.endpoints();
    if (!endpoints) return tl::unexpected(endpoints.error());
    for (const WebhookEvent& event : *events) {
        std::vector<std::string> ids;
        for (const WebhookEndpoint& endpoint : *endpoints) {
            const bool is_meant = event.type == test_type ? event.detail == endpoint.id : wants(endpoint, event.type);
            if (is_meant) ids.push_back(endpoint.id);
        }
        const auto dispatched = store_.dispatch(event.id, ids, clock_.now());
        if (!dispatched) return dispatched;
    }
    return {};
}

base::Result<void> Webhooks::attempt(WebhookDelivery delivery, const std::vector<WebhookEndpoint>& endpoints) {
    const auto endpoint = std::find_if(endpoints.begin(), endpoints.end(),
                                       [&](const auto& each) { return each.id == delivery.endpoint_id; });
    base::Result<int> status = base::fail(base::Errc::not_found, "the endpoint is gone or switched off");
    const bool is_there = endpoint != endpoints.end() && endpoint->is_enabled;
    if (is_there) {
        const auto secret = sealer_.open(endpoint->sealed_secret, endpoint->id);
        status = secret ? transport_.post(endpoint->url, *secret, delivery.event, clock_.now(),
                                          base::Deadline::after(longest_call))
                        : base::Result<int>(tl::unexpected(secret.error()));
    }
    const auto now = clock_.now();
    delivery.updated_at = now;
    const bool is_delivered = status && *status >= 200 && *status < 300;
    const auto failures = static_cast<std::size_t>(delivery.attempts++);
    delivery.problem = is_delivered ? "" : status ? "answered " + std::to_string(*status) : status.error().detail;
    // 410 Gone: it wants no more of this.
    const bool is_refused = status && *status == 410;
    if (is_delivered) {
        delivery.state = DeliveryState::delivered;
    } else if (!is_there || is_refused || failures >= pauses.size()) {
        delivery.state = DeliveryState::dead;
    } else {
        delivery.next_at = now + jittered(pauses[failures]);
    }
    if (is_refused) {
        const auto disabled = store_.disable_endpoint(delivery.endpoint_id);
        if (!disabled) return disabled;
    }
    return store_.update(delivery);
}

std::string Webhooks::run_once(const std::stop_token& stop) {
    const auto dispatched = dispatch();
    if (!dispatched) return dispatched.error().detail;
    const auto due = store_.due(clock_.now(), deliveries_at_once);
    if (!due) return due.error().detail;
    if (due->empty()) return {};
    const auto endpoints = store_.endpoints();
    if (!endpoints) return endpoints.error().detail;
    for (const WebhookDelivery& delivery : *due) {
        if (stop.stop_requested()) return {};
        const auto attempted = attempt(delivery, *endpoints);
        if (!attempted) return attempted.error().detail;
    }
    return {};
}

}  // namespace llmapikey::service
