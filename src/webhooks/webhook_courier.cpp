#include "webhooks/webhook_courier.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/crypto.hpp"

namespace llmapikey {
namespace {

constexpr int events_per_batch = 100;
constexpr base::Millis call_timeout{15'000};

// As the Standard Webhooks specification proposes: each some time after the failure before.
constexpr std::array<base::Seconds, 9> pauses{
    std::chrono::seconds{5}, std::chrono::minutes{5}, std::chrono::minutes{30},
    std::chrono::hours{2},   std::chrono::hours{5},   std::chrono::hours{10},
    std::chrono::hours{14},  std::chrono::hours{20},  std::chrono::hours{24}};
constexpr base::Seconds endpoint_pause_min{2};
constexpr base::Seconds endpoint_pause_max{std::chrono::minutes{5}};
// A message whose turn never comes, since its endpoint does not answer, waits no longer than one
// that is tried.
constexpr base::Seconds waiting_max{std::chrono::hours{84}};

bool wants(const WebhookEndpoint& endpoint, const WebhookEvent& event) {
    if (event.type == webhook_test_type) return event.detail == endpoint.id;
    return endpoint.is_enabled && (endpoint.events.empty() || endpoint.events.contains(event.type));
}

// Up to a tenth more, so that what failed together does not come back together.
base::Seconds jittered(base::Seconds pause) {
    const auto draw = static_cast<unsigned char>(base::random_bytes(1).front());
    return pause + base::Seconds{pause.count() * draw / 2560};
}

// For so long as we would wait, or as it asks for, but no longer than `most`.
base::Seconds put_off(base::Seconds pause, const base::Result<WebhookAnswer>& answer, base::Seconds most) {
    return std::min(std::max(jittered(pause), answer ? answer->retry_after : base::Seconds{0}), most);
}

// Whether the endpoint would do the same to any other message: it is not there, or asks to be left
// alone.
bool is_unavailable(const base::Result<WebhookAnswer>& answer) {
    return !answer || answer->status == 429 || (answer->status >= 502 && answer->status <= 504);
}

bool is_taken(const base::Result<WebhookAnswer>& answer) {
    return answer && answer->status >= 200 && answer->status < 300;
}

// 410 Gone: it wants no more.
bool is_gone(const base::Result<WebhookAnswer>& answer) {
    return answer && answer->status == 410;
}

}  // namespace

base::Seconds endpoint_pause(std::int64_t failures) {
    base::Seconds pause = endpoint_pause_min;
    for (std::int64_t i = 1; i < failures && pause < endpoint_pause_max; ++i)
        pause *= 2;
    return std::min(pause, endpoint_pause_max);
}

std::optional<base::Seconds> delivery_pause(std::int64_t attempts) {
    const auto index = static_cast<std::size_t>(attempts - 1);
    return index < pauses.size() ? std::optional(pauses[index]) : std::nullopt;
}

base::Result<void> WebhookCourier::dispatch() {
    const auto events = TRY(store_.undispatched(events_per_batch));
    if (events.empty()) return {};
    const auto endpoints = TRY(store_.endpoints());
    for (const WebhookEvent& event : events) {
        std::vector<std::string> ids;
        for (const WebhookEndpoint& endpoint : endpoints)
            if (wants(endpoint, event)) ids.push_back(endpoint.id);
        TRY(store_.dispatch(event.id, ids, clock_.now()));
    }
    return {};
}

base::Result<void> WebhookCourier::save_unsaved() {
    const std::lock_guard lock(mutex_);
    while (!unsaved_.empty()) {
        TRY(store_.update(unsaved_.back()));
        under_way_.erase(unsaved_.back().id);
        unsaved_.pop_back();
    }
    return {};
}

// Under the lock.
bool WebhookCourier::is_slow(const WebhookEndpoint& endpoint) const {
    return endpoint.health.failures > 0 || slow_.contains(endpoint.id);
}

// Under the lock.
std::size_t WebhookCourier::room_for(const WebhookEndpoint& endpoint) const {
    std::size_t its_own = 0, slow = 0;
    for (const auto& [id, each] : under_way_) {
        if (each.endpoint_id == endpoint.id) ++its_own;
        if (each.is_slow) ++slow;
    }
    const std::size_t most = is_slow(endpoint) ? 1 : limits_.endpoint_max;
    if (its_own >= most || (is_slow(endpoint) && slow >= limits_.slow_max)) return 0;
    return most - its_own;
}

// What may be sent now: one of each endpoint, then another of each, from the one behind who was
// served last.
base::Result<std::vector<WebhookDelivery>> WebhookCourier::due_in_turns(const Endpoints& endpoints) {
    const auto now = clock_.now();
    const auto with_due = TRY(store_.endpoints_with_due(now));
    std::vector<std::vector<WebhookDelivery>> lists;
    const auto last =
        std::find_if(endpoints.begin(), endpoints.end(), [this](const auto& each) { return each.id == last_served_; });
    const auto first =
        last == endpoints.end() ? std::size_t{0} : static_cast<std::size_t>(last - endpoints.begin()) + 1;
    for (std::size_t i = 0; i < endpoints.size(); ++i) {
        const WebhookEndpoint& endpoint = endpoints[(first + i) % endpoints.size()];
        if (!with_due.contains(endpoint.id) || endpoint.health.next_at > now) continue;
        const std::lock_guard lock(mutex_);
        const std::size_t room = room_for(endpoint);
        if (room == 0) continue;
        auto due = TRY(store_.due(endpoint.id, now, static_cast<int>(under_way_.size() + room)));
        std::erase_if(due, [this](const auto& each) { return under_way_.contains(each.id); });
        due.resize(std::min(due.size(), room));
        lists.push_back(std::move(due));
    }
    std::vector<WebhookDelivery> deliveries;
    for (std::size_t round = 0; round < limits_.endpoint_max; ++round)
        for (auto& list : lists)
            if (round < list.size()) deliveries.push_back(std::move(list[round]));
    return deliveries;
}

// False: there is no room for more.
bool WebhookCourier::hand_over(const WebhookDelivery& delivery, const WebhookEndpoint& endpoint) {
    {
        const std::lock_guard lock(mutex_);
        if (under_way_.size() >= limits_.total_max) return false;
        if (room_for(endpoint) == 0) return true;
        under_way_[delivery.id] = {endpoint.id, is_slow(endpoint)};
    }
    if (workers_.try_submit([this, delivery, endpoint] { send(delivery, endpoint); })) return true;
    const std::lock_guard lock(mutex_);
    under_way_.erase(delivery.id);
    return false;
}

base::Result<std::vector<base::Secret>> WebhookCourier::secrets_of(const WebhookEndpoint& endpoint) const {
    std::vector<base::Secret> secrets;
    auto secret = TRY(sealer_.open(endpoint.sealed_secret, endpoint.id));
    secrets.push_back(std::move(secret));
    const bool has_former = endpoint.former_until && *endpoint.former_until > clock_.now();
    if (!has_former || endpoint.sealed_former_secret.empty()) return secrets;
    auto former = TRY(sealer_.open(endpoint.sealed_former_secret, endpoint.id));
    secrets.push_back(std::move(former));
    return secrets;
}

void WebhookCourier::send(WebhookDelivery delivery, const WebhookEndpoint& endpoint) {
    const std::stop_token stop = stopping_.get_token();
    const std::string id = delivery.id;
    if (!stop.stop_requested()) {
        auto secrets = secrets_of(endpoint);
        if (secrets) {
            const WebhookCall call{endpoint.url, std::move(*secrets), delivery.event, clock_.now()};
            const auto prompt_until = base::Deadline::after(limits_.prompt_max);
            const auto answer = transport_.post(call, base::Deadline::after(call_timeout), stop);
            note_promptness(endpoint, !prompt_until.has_passed());
            // Without an answer because of the end: as if it had not been tried.
            if (answer || !stop.stop_requested()) note_outcome(std::move(delivery), endpoint, answer);
        } else {
            note_outcome(std::move(delivery), endpoint, tl::unexpected(secrets.error()));
        }
    }
    {
        const std::lock_guard lock(mutex_);
        const bool is_unsaved =
            std::any_of(unsaved_.begin(), unsaved_.end(), [&](const auto& each) { return each.id == id; });
        if (is_unsaved) return;
        under_way_.erase(id);
    }
    on_room_();
}

// The endpoint's health goes first: whoever plans the next messages by then leaves it alone.
void WebhookCourier::note_outcome(WebhookDelivery delivery, const WebhookEndpoint& endpoint,
                                  const base::Result<WebhookAnswer>& answer) {
    const auto healthy = note_health(endpoint, answer);
    if (!healthy) note_problem(healthy.error().detail);
    const auto now = clock_.now();
    delivery.updated_at = now;
    ++delivery.attempts;
    delivery.problem = is_taken(answer) ? ""
                       : answer         ? "answered " + std::to_string(answer->status)
                                        : answer.error().detail;
    const auto pause = delivery_pause(delivery.attempts);
    if (is_taken(answer)) {
        delivery.state = DeliveryState::delivered;
    } else if (!pause || is_gone(answer) || !endpoint.is_enabled) {
        delivery.state = DeliveryState::dead;
    } else {
        delivery.next_at = now + put_off(*pause, answer, asked_delivery_pause_max);
    }
    const auto updated = store_.update(delivery);
    if (!updated) {
        note_problem(updated.error().detail);
        const std::lock_guard lock(mutex_);
        unsaved_.push_back(std::move(delivery));
        return;
    }
    const bool is_hopeless =
        is_unavailable(answer) && endpoint.health.failing_since && now - *endpoint.health.failing_since >= waiting_max;
    if (!is_hopeless) return;
    const auto given_up = store_.give_up(endpoint.id, now - waiting_max, "the endpoint has not answered for days", now);
    if (!given_up) note_problem(given_up.error().detail);
}

base::Result<void> WebhookCourier::note_health(const WebhookEndpoint& endpoint,
                                               const base::Result<WebhookAnswer>& answer) {
    const auto now = clock_.now();
    if (is_gone(answer)) return store_.disable_endpoint(endpoint.id, "the endpoint has answered 410 Gone", now);
    if (is_taken(answer) && !endpoint.is_enabled) {
        TRY(store_.enable_endpoint(endpoint.id));
    }
    if (!is_unavailable(answer))
        return endpoint.health.failures == 0 ? base::Result<void>{} : store_.set_health(endpoint.id, {});
    EndpointHealth health = endpoint.health;
    ++health.failures;
    if (!health.failing_since) health.failing_since = now;
    health.next_at = now + put_off(endpoint_pause(health.failures), answer, asked_endpoint_pause_max);
    return store_.set_health(endpoint.id, health);
}

void WebhookCourier::note_promptness(const WebhookEndpoint& endpoint, bool is_prompt) {
    const std::lock_guard lock(mutex_);
    if (is_prompt) {
        slow_.erase(endpoint.id);
    } else {
        slow_.insert(endpoint.id);
    }
}

void WebhookCourier::note_problem(const std::string& problem) {
    const std::lock_guard lock(mutex_);
    problem_ = problem;
}

bool WebhookCourier::is_busy() const {
    const std::lock_guard lock(mutex_);
    return under_way_.size() > unsaved_.size();
}

std::string WebhookCourier::run_once(const std::stop_token& stop) {
    const auto saved = save_unsaved();
    if (!saved) return saved.error().detail;
    std::string problem;
    {
        const std::lock_guard lock(mutex_);
        problem = std::exchange(problem_, "");
        if (under_way_.size() >= limits_.total_max) return problem;
    }
    const auto dispatched = dispatch();
    if (!dispatched) return dispatched.error().detail;
    const auto endpoints = store_.endpoints();
    if (!endpoints) return endpoints.error().detail;
    const auto due = due_in_turns(*endpoints);
    if (!due) return due.error().detail;
    for (const WebhookDelivery& delivery : *due) {
        const auto endpoint = std::find_if(endpoints->begin(), endpoints->end(),
                                           [&](const auto& each) { return each.id == delivery.endpoint_id; });
        if (stop.stop_requested() || !hand_over(delivery, *endpoint)) break;
        last_served_ = delivery.endpoint_id;
    }
    return problem;
}

}  // namespace llmapikey
