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
    TRY(check_webhook_url(url));
    TRY(transport_.check(url));
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
    TRY(audited.begin());
    const auto added = store_.add_endpoint(created.endpoint);
    if (!added) return tl::unexpected(audited.failed(added.error()));
    TRY(audited.done());
    return created;
}

base::Result<void> Webhooks::remove(const std::string& id, const Initiator& by) {
    Audited audited(audit_, clock_, by, "webhook.remove", "webhook:" + id, "");
    TRY(audited.begin());
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
    auto endpoint = TRY(find(id));
    NewEndpoint rotated{std::move(endpoint), new_secret()};
    rotated.endpoint.sealed_former_secret = rotated.endpoint.sealed_secret;
    rotated.endpoint.sealed_secret = sealer_.seal(rotated.secret.reveal(), id);
    rotated.endpoint.former_until.reset();
    if (keep_former.count() > 0) rotated.endpoint.former_until = clock_.now() + keep_former;
    Audited audited(audit_, clock_, by, "webhook.rotate", "webhook:" + id,
                    "the former secret signs for " + base::counted(keep_former.count(), "more hour"));
    TRY(audited.begin());
    const auto stored = store_.rotate_secret(id, rotated.endpoint.sealed_secret, rotated.endpoint.former_until);
    if (!stored) return tl::unexpected(audited.failed(stored.error()));
    if (!*stored) return tl::unexpected(audited.failed({base::Errc::not_found, "there is no such endpoint", {}}));
    TRY(audited.done());
    return rotated;
}

base::Result<bool> Webhooks::may_show_again(const std::string& id, const base::Secret& secret, const Initiator& by) {
    auto found = find(id);
    if (!found && found.error().code == base::Errc::not_found) return false;
    const auto endpoint = TRY(std::move(found));
    const auto present = sealer_.open(endpoint.sealed_secret, id);
    if (!present || present->reveal() != secret.reveal()) return false;
    TRY(record_showing_again(audit_, clock_, by, "webhook.reveal", "webhook:" + id));
    return true;
}

base::Result<void> Webhooks::test(const std::string& id) {
    const auto endpoint = TRY(find(id));
    // Somebody waits to see it: a pause after failures is over.
    if (endpoint.health.next_at > clock_.now()) {
        EndpointHealth health = endpoint.health;
        health.next_at = clock_.now();
        TRY(store_.set_health(id, health));
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
    const auto endpoints = TRY(store_.endpoints());
    const auto found =
        std::find_if(endpoints.begin(), endpoints.end(), [&](const auto& each) { return each.id == id; });
    if (found == endpoints.end()) return base::fail(base::Errc::not_found, "there is no such endpoint");
    return *found;
}

base::Secret Webhooks::new_secret() const {
    return base::Secret("whsec_" + base::to_base64(base::random_bytes(secret_bytes)));
}

}  // namespace llmapikey
