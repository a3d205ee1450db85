#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "net/http_client.hpp"
#include "upstream/circuit_breaker.hpp"
#include "upstream/retry_budget.hpp"

namespace llmapikey::upstream {

// Who looks after a client, and what it is told. All may be empty.
struct Supervision {
    // Whether the owner calls probe() about every second. Otherwise a call that finds the circuit open probes first,
    // which suits programs that end soon.
    bool is_probed = false;
    // One request, or one that was not sent: `call` is what it was for ("mint", "get", ...), `outcome` is "ok",
    // "refused", "unknown", "not_sent" or "short_circuited". On the thread of the call.
    std::function<void(std::string_view call, std::string_view outcome)> on_call = {};
    CircuitBreaker::Listener on_circuit = {};
};

// What a request is sent for.
struct Call {
    std::string_view name;  // a literal
    net::ClientRequest request;
};

// Sends requests to OpenRouter, and spares it and us what is of no use: while it is down nothing is sent but probes,
// retries are few, and a 429 keeps all threads quiet for the time that it names. Thread-safe.
class OpenRouterCalls {
public:
    // `http` must outlive this.
    OpenRouterCalls(net::HttpClient& http, net::ClientRequest probe, Supervision supervision)
        : http_(http),
          probe_{"probe", std::move(probe)},
          supervision_(std::move(supervision)),
          breaker_(CircuitPolicy(), supervision_.on_circuit) {}

    // Once at the most. What is not sent because the upstream is down is answered with TransferStatus::not_sent and a
    // Retry-After.
    net::ClientResponse send_once(const Call& call, base::Deadline deadline);
    // For calls that can be repeated without harm: again with full jitter, or when the upstream asks for it, within the
    // deadline and the budget.
    net::ClientResponse send_again(const Call& call, base::Deadline deadline);

    // If the upstream is down and nobody else is asking just now, asks whether it still is.
    void probe(base::Deadline deadline);
    static constexpr base::Millis probe_timeout{2'000};

private:
    std::optional<CircuitBreaker::Pass> admit(base::Deadline deadline);
    net::ClientResponse send(const Call& call, CircuitBreaker::Pass pass, base::Deadline deadline);
    net::ClientResponse short_circuit(const Call& call) const;
    void report(const Call& call, std::string_view outcome) const;

    // Where the upstream has asked all of us to slow down: until when.
    std::optional<base::Millis> left_of_pause() const;
    void note_pause(const net::ClientResponse& response);

    net::HttpClient& http_;
    const Call probe_;
    const Supervision supervision_;
    CircuitBreaker breaker_;
    RetryBudget retries_;
    std::atomic<SteadyTime> paused_until_{};
};

}  // namespace llmapikey::upstream
