#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.hpp"
#include "providers/circuit_breaker.hpp"
#include "providers/retry_budget.hpp"

namespace llmapikey {

// Who looks after a client, and what it is told. All functions may be empty.
struct Supervision {
    // Whether the owner calls probe() about every second. Otherwise a call that finds the circuit
    // open probes first, which suits programs that end soon.
    bool is_probed = false;
    // One request, or one that was not sent: `call` is what it was for ("mint", "get", ...),
    // `outcome` is "ok", "refused", "unknown", "not_sent", "short_circuited" or "paused". On the
    // thread of the call.
    std::function<void(std::string_view call, std::string_view outcome)> on_call = {};
    // The upstream has asked to slow down: calls of this name pause for so long.
    std::function<void(std::string_view call, base::Seconds pause)> on_pause = {};
    CircuitBreaker::Listener on_circuit = {};
    // The longest pause before a second try; before a third it is twice as long.
    base::Millis back_off{400};
};

// What a request is sent for.
struct Call {
    std::string_view name;  // a literal
    net::ClientRequest request;
};

// Whether a call waits where the upstream has asked to slow down.
enum class Patience {
    by_hand,     // somebody wants it now: it is sent once in any case
    background,  // it comes again: nothing is sent before the pause is over
};

// A 429 may ask for any time. For so long at most we keep quiet: what only reads can wait longer
// than what switches keys off, ends or makes them.
base::Seconds pause_max(std::string_view call);

// Sends requests to a provider, and spares it and us what is of no use: while it is down nothing is
// sent but probes, retries are few, and a 429 keeps calls of the same name quiet for the time that
// it asks for. Answers ask their reader for no longer pause than that. Thread-safe.
class UpstreamCalls {
public:
    // `http` must outlive this.
    UpstreamCalls(net::HttpClient& http, net::ClientRequest probe, Supervision supervision)
        : http_(http),
          probe_{"probe", std::move(probe)},
          supervision_(std::move(supervision)),
          breaker_(CircuitPolicy(), supervision_.on_circuit) {}

    // Once at the most. What is not sent because the upstream is down is answered with
    // TransferStatus::not_sent and a Retry-After.
    net::ClientResponse send_once(const Call& call, base::Deadline deadline);
    // For calls that can be repeated without harm: again with full jitter, or when the upstream
    // asks for it, within the deadline and the budget.
    net::ClientResponse send_again(const Call& call, base::Deadline deadline, Patience patience = Patience::by_hand);

    // If the upstream is down and nobody else is asking just now, asks whether it still is.
    void probe(base::Deadline deadline);
    static constexpr base::Millis probe_timeout{2'000};

    // From now on nothing is tried again, and nobody waits for the end of a pause. For a program
    // that ends.
    void hurry();

private:
    std::optional<CircuitBreaker::Pass> admit(base::Deadline deadline);
    net::ClientResponse send(const Call& call, CircuitBreaker::Pass pass, base::Deadline deadline);
    net::ClientResponse short_circuit(const Call& call) const;
    void report(const Call& call, std::string_view outcome) const;

    // Where the upstream has asked for a pause of these calls: how much of it is left.
    std::optional<base::Millis> left_of_pause(const Call& call) const;
    void note_pause(const Call& call, const net::ClientResponse& response);
    bool wait_for(base::Millis time);  // false: no more is to be waited for

    net::HttpClient& http_;
    const Call probe_;
    const Supervision supervision_;
    CircuitBreaker breaker_;
    RetryBudget retries_;
    mutable std::mutex pauses_mutex_;
    std::map<std::string_view, SteadyTime> paused_until_;  // by the name of the call
    std::mutex hurry_mutex_;
    std::condition_variable hurry_begins_;
    bool is_hurried_ = false;
};

}  // namespace llmapikey
