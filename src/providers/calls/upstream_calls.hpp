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

// Says who probes for a client, and what is reported to whom. All functions may be empty.
struct Supervision {
    // True if the owner calls probe() about every second. If false, a call that finds the circuit
    // open probes first, which suits programs that end soon.
    bool is_probed = false;
    // Called on the thread of the call, once for each request that was sent or held back. `call` is
    // the name of the call ("mint", "get", ...); `outcome` is "ok", "refused", "unknown",
    // "not_sent", "short_circuited" or "paused".
    std::function<void(std::string_view call, std::string_view outcome)> on_call = {};
    // Called when the upstream has asked to slow down: calls of this name pause for `pause`.
    std::function<void(std::string_view call, base::Seconds pause)> on_pause = {};
    CircuitBreaker::Listener on_circuit = {};
    // The longest pause before a second try; before a third it is twice as long.
    base::Millis back_off{400};
};

// A request with the name of its purpose.
struct Call {
    std::string_view name;  // a literal
    net::ClientRequest request;
};

// Says whether a call waits while the upstream has asked to slow down.
enum class Patience {
    by_hand,     // somebody waits for the result: the call is sent once in any case
    background,  // the call is repeated later anyway: nothing is sent before the pause is over
};

// Returns the longest pause that we accept from a 429 for this call: 1 min for calls that make,
// change or end keys, and 5 min for calls that only read.
base::Seconds pause_max(std::string_view call);

// Sends requests to a provider and avoids useless ones. While the provider is down, only probes are
// sent; retries are few; and a 429 pauses calls of the same name for the time that it asks for, up
// to pause_max(). The Retry-After of an answer is lowered to the same limit. Thread-safe.
class UpstreamCalls {
public:
    // `http` must outlive this.
    UpstreamCalls(net::HttpClient& http, net::ClientRequest probe, Supervision supervision)
        : http_(http),
          probe_{"probe", std::move(probe)},
          supervision_(std::move(supervision)),
          breaker_(CircuitPolicy(), supervision_.on_circuit) {}

    // Sends the request at most once. If it is not sent because the upstream is down, the answer
    // has TransferStatus::not_sent and a Retry-After.
    net::ClientResponse send_once(const Call& call, base::Deadline deadline);
    // Sends a request that can be repeated without harm. Retries it with full jitter, or when the
    // upstream asks for it, within the deadline and the retry budget.
    net::ClientResponse send_again(const Call& call, base::Deadline deadline, Patience patience = Patience::by_hand);

    // If the circuit is open and no other thread is probing, asks the upstream whether it is back.
    void probe(base::Deadline deadline);
    static constexpr base::Millis probe_timeout{2'000};

    // From now on nothing is retried and no pause is waited for. Call it when the program ends.
    void hurry();

private:
    std::optional<CircuitBreaker::Pass> admit(base::Deadline deadline);
    net::ClientResponse send(const Call& call, CircuitBreaker::Pass pass, base::Deadline deadline);
    net::ClientResponse short_circuit(const Call& call) const;
    void report(const Call& call, std::string_view outcome) const;

    // Returns the rest of the pause that the upstream asked for; nullopt if there is none.
    std::optional<base::Millis> left_of_pause(const Call& call) const;
    void note_pause(const Call& call, const net::ClientResponse& response);
    bool wait_for(base::Millis time);  // returns false if nothing may be waited for any more

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
