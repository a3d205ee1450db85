#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "base/work_queue.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey {

// How many messages are under way at the same time.
struct CourierLimits {
    std::size_t total_max = 8;
    std::size_t endpoint_max = 2;
    // Endpoints that have not answered lately, or took long to, have one message each under way.
    // All of these together leave room for the others.
    std::size_t slow_max = 4;
    base::Millis prompt_max{3'000};  // an answer that took longer was slow
};

// How long nothing is sent to an endpoint after so many failures in a row (1 or more), before
// jitter.
base::Seconds endpoint_pause(std::int64_t failures);
// How long after its attempt number `attempts` (1 or more) a message is tried again, before jitter;
// nullopt: no more.
std::optional<base::Seconds> delivery_pause(std::int64_t attempts);

// Tells endpoints what happens: each event at least once, in no promised order, with retries over
// three days, and then among the dead, from where it can be sent again. An endpoint that hangs or
// fails holds up nobody else: few messages are under way to each, endpoints have their turns, and
// one that does not answer is left alone for longer and longer. run_once() is for one thread, the
// rest is thread-safe.
class WebhookCourier {
public:
    // `workers`: threads that send, as many as limits.total_max. `on_room`: called on theirs once
    // there is room for more; it must not call back. All must outlive the last job of `workers`.
    WebhookCourier(WebhookStore& store, WebhookTransport& transport, const base::Sealer& sealer,
                   base::WorkQueue& workers, const base::Clock& clock, std::function<void()> on_room,
                   CourierLimits limits = {})
        : store_(store),
          transport_(transport),
          sealer_(sealer),
          workers_(workers),
          clock_(clock),
          on_room_(std::move(on_room)),
          limits_(limits) {}

    // Makes deliveries of what has happened, and begins to send what is due and has room. Waits for
    // no endpoint. Gives what went wrong since the last time, for the log; empty: nothing.
    std::string run_once(const std::stop_token& stop);
    // Whether messages are under way.
    bool is_busy() const;
    // Ends calls that are under way, soon. What they would have told is told again after the next
    // start.
    void stop() { stopping_.request_stop(); }

private:
    struct UnderWay {
        std::string endpoint_id;
        bool is_slow = false;
    };
    using Endpoints = std::vector<WebhookEndpoint>;

    base::Result<void> dispatch();
    base::Result<void> save_unsaved();
    base::Result<std::vector<WebhookDelivery>> due_in_turns(const Endpoints& endpoints);
    bool is_slow(const WebhookEndpoint& endpoint) const;
    std::size_t room_for(const WebhookEndpoint& endpoint) const;
    bool hand_over(const WebhookDelivery& delivery, const WebhookEndpoint& endpoint);
    void send(WebhookDelivery delivery, const WebhookEndpoint& endpoint);
    void note_outcome(WebhookDelivery delivery, const WebhookEndpoint& endpoint,
                      const base::Result<WebhookAnswer>& answer);
    base::Result<void> note_health(const WebhookEndpoint& endpoint, const base::Result<WebhookAnswer>& answer);
    base::Result<std::vector<base::Secret>> secrets_of(const WebhookEndpoint& endpoint) const;
    void note_promptness(const WebhookEndpoint& endpoint, bool is_prompt);
    void note_problem(const std::string& problem);

    WebhookStore& store_;
    WebhookTransport& transport_;
    const base::Sealer& sealer_;
    base::WorkQueue& workers_;
    const base::Clock& clock_;
    const std::function<void()> on_room_;
    const CourierLimits limits_;
    std::stop_source stopping_;
    std::string last_served_;  // whose turn was the last; of the thread of run_once()
    mutable std::mutex mutex_;
    std::map<std::string, UnderWay> under_way_;  // by the delivery's id
    std::set<std::string> slow_;                 // endpoints whose latest answer took long
    // What came of attempts and could not be stored. Until it is, nothing more is sent: it would be
    // sent again and again.
    std::vector<WebhookDelivery> unsaved_;
    std::string problem_;  // met by a worker
};

}  // namespace llmapikey
