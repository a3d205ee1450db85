#include "webhooks/webhooks.hpp"

#include <algorithm>
#include <array>

#include "audit/audited.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "webhooks/webhook_url.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t secret_bytes = 32;
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
    const auto fit = check_webhook_url(url);
    if (!fit) return tl::unexpected(fit.error());
    const auto checked = transport_.check(url);
    if (!checked) return tl::unexpected(checked.error());
    const auto known = webhook_event_types();
    for (const std::string& event : events) {
        if (std::find(known.begin(), known.end(), event) == known.end())
            return base::fail(base::Errc::invalid_input, "there is no event named " + base::to_printable(event, 40));
    }
    NewEndpoint created;
    created.secret = new_secret();
    created.endpoint.id = base::random_uuid();
    created.endpoint.url = url;
    created.endpoint.events = events;
    created.endpoint.created_at = clock_.now();
    created.endpoint.sealed_secret = sealer_.seal(created.secret.reveal(), created.endpoint.id);
    Audited audited(audit_, clock_, by, "webhook.add", "webhook:" + created.endpoint.id, loggable_webhook_url(url));
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

base::Result<NewEndpoint> Webhooks::rotate_secret(const std::string& id, std::chrono::hours keep_former,
                                                  const Initiator& by) {
    if (keep_former < std::chrono::hours{0} || keep_former > former_secret_max) {
        return base::fail(base::Errc::invalid_input, "former_secret_hours must be a whole number from 0 to " +
                                                         std::to_string(former_secret_max.count()));
    }
    auto endpoint = find(id);
    if (!endpoint) return tl::unexpected(endpoint.error());
    NewEndpoint rotated{std::move(*endpoint), new_secret()};
    rotated.endpoint.sealed_former_secret = rotated.endpoint.sealed_secret;
    rotated.endpoint.sealed_secret = sealer_.seal(rotated.secret.reveal(), id);
    rotated.endpoint.former_until.reset();
    if (keep_former.count() > 0) rotated.endpoint.former_until = clock_.now() + keep_former;
    Audited audited(audit_, clock_, by, "webhook.rotate", "webhook:" + id,
                    "the former secret signs for " + base::counted(keep_former.count(), "more hour"));
    const auto recorded = audited.begin();
    if (!recorded) return tl::unexpected(recorded.error());
    const auto stored = store_.rotate_secret(id, rotated.endpoint.sealed_secret, rotated.endpoint.former_until);
    if (!stored) return tl::unexpected(audited.failed(stored.error()));
    if (!*stored) return tl::unexpected(audited.failed({base::Errc::not_found, "there is no such endpoint", {}}));
    const auto closed = audited.done();
    if (!closed) return tl::unexpected(closed.error());
    return rotated;
}

base::Result<bool> Webhooks::may_show_again(const std::string& id, const base::Secret& secret, const Initiator& by) {
    const auto endpoint = find(id);
    if (!endpoint && endpoint.error().code == base::Errc::not_found) return false;
    if (!endpoint) return tl::unexpected(endpoint.error());
    const auto present = sealer_.open(endpoint->sealed_secret, id);
    if (!present || present->reveal() != secret.reveal()) return false;
    const auto recorded = record_showing_again(audit_, clock_, by, "webhook.reveal", "webhook:" + id);
    if (!recorded) return tl::unexpected(recorded.error());
    return true;
}

base::Result<void> Webhooks::test(const std::string& id) {
    const auto endpoint = find(id);
    if (!endpoint) return tl::unexpected(endpoint.error());
    // Somebody waits to see it: a pause after failures is over.
    if (endpoint->health.next_at > clock_.now()) {
        EndpointHealth health = endpoint->health;
        health.next_at = clock_.now();
        const auto noted = store_.set_health(id, health);
        if (!noted) return noted;
    }
    WebhookEvent event;
    event.id = base::random_uuid();
    event.key = std::string(webhook_test_type) + ":" + event.id;
    event.type = webhook_test_type;
    event.detail = id;
    event.at = clock_.now();
    return store_.add_event(event);
}

base::Result<WebhookEndpoint> Webhooks::find(const std::string& id) {
    const auto endpoints = store_.endpoints();
    if (!endpoints) return tl::unexpected(endpoints.error());
    const auto found =
        std::find_if(endpoints->begin(), endpoints->end(), [&](const auto& each) { return each.id == id; });
    if (found == endpoints->end()) return base::fail(base::Errc::not_found, "there is no such endpoint");
    return *found;
}

base::Secret Webhooks::new_secret() const {
    return base::Secret("whsec_" + base::to_base64(base::random_bytes(secret_bytes)));
}

}  // namespace llmapikey
