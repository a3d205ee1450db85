#include "providers/calls/upstream_calls.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "net/retry_after.hpp"

namespace llmapikey {
namespace {

using net::TransferStatus;

constexpr int tries_max = 3;
// A failure with less time left than this is not counted: it may be due to the caller's deadline.
constexpr base::Millis time_to_answer_min{250};
constexpr base::Seconds come_again{3};  // a circuit that can be closed is closed by then
constexpr base::Seconds reading_pause_max{std::chrono::minutes{5}};
constexpr base::Seconds changing_pause_max{std::chrono::minutes{1}};

SteadyTime now() {
    return base::Deadline::SteadyClock::now();
}

bool is_failure(const net::ClientResponse& response) {
    return response.transfer != TransferStatus::answered || response.status >= 500 || response.status == 408;
}

bool is_worth_another_try(const net::ClientResponse& response) {
    return is_failure(response) || response.status == 429;
}

std::string_view outcome_of(const net::ClientResponse& response) {
    if (response.transfer == TransferStatus::not_sent) return "not_sent";
    if (is_failure(response)) return "unknown";
    return response.status >= 200 && response.status < 300 ? "ok" : "refused";
}

// Returns a wait with full jitter, or what Retry-After asks for if that is longer; nullopt if it
// would outlast the deadline.
std::optional<base::Millis> wait_after_try(int tries, const net::ClientResponse& response, base::Millis back_off,
                                           base::Deadline deadline) {
    const base::Millis most = back_off * (1 << (tries - 1));
    const auto draw = static_cast<unsigned char>(base::random_bytes(1).front());
    const base::Millis jittered = most * draw / 256;
    const base::Millis wait = std::max<base::Millis>(net::retry_after_of(response), jittered);
    if (wait >= deadline.left()) return std::nullopt;
    return wait;
}

// Lowers Retry-After to our own limit, so that a reader of the answer waits no longer than we do.
void bound_retry_after(const Call& call, net::ClientResponse& response) {
    const base::Seconds most = pause_max(call.name);
    if (net::retry_after_of(response) <= most) return;
    std::erase_if(response.headers,
                  [](const net::Header& header) { return base::equal_ignoring_case(header.name, "retry-after"); });
    response.headers.push_back({"Retry-After", std::to_string(most.count())});
}

// Makes the answer that the upstream would give during a pause.
net::ClientResponse paused_response(base::Millis pause) {
    net::ClientResponse response;
    response.transfer = TransferStatus::answered;
    response.status = 429;
    response.headers.push_back({"Retry-After", std::to_string(std::chrono::ceil<base::Seconds>(pause).count())});
    response.body = R"({"error":{"message":"it has asked to slow down"}})";
    return response;
}

}  // namespace

base::Seconds pause_max(std::string_view call) {
    static constexpr std::string_view changing[] = {"mint", "update", "revoke", "assign_guardrail"};
    const bool is_changing = std::find(std::begin(changing), std::end(changing), call) != std::end(changing);
    return is_changing ? changing_pause_max : reading_pause_max;
}

void UpstreamCalls::report(const Call& call, std::string_view outcome) const {
    if (supervision_.on_call) supervision_.on_call(call.name, outcome);
}

net::ClientResponse UpstreamCalls::short_circuit(const Call& call) const {
    report(call, "short_circuited");
    net::ClientResponse response;
    response.failure = "not asked, since it has not answered as it should for a while";
    response.is_circuit_open = true;
    response.headers.push_back({"Retry-After", std::to_string(come_again.count())});
    return response;
}

std::optional<CircuitBreaker::Pass> UpstreamCalls::admit(base::Deadline deadline) {
    auto pass = breaker_.admit();
    if (pass || supervision_.is_probed) return pass;
    probe(deadline.or_sooner(probe_timeout));
    return breaker_.admit();
}

net::ClientResponse UpstreamCalls::send(const Call& call, CircuitBreaker::Pass pass, base::Deadline deadline) {
    const bool had_time = deadline.left() >= time_to_answer_min;
    net::ClientResponse response = http_.send(call.request, deadline);
    if (!is_failure(response)) {
        breaker_.record(pass, CallResult::answered, now());
    } else if (had_time) {
        breaker_.record(pass, CallResult::failed, now());
    }
    bound_retry_after(call, response);
    note_pause(call, response);
    report(call, outcome_of(response));
    return response;
}

net::ClientResponse UpstreamCalls::send_once(const Call& call, base::Deadline deadline) {
    const auto pass = admit(deadline);
    if (!pass) return short_circuit(call);
    retries_.note_call(now());
    return send(call, *pass, deadline);
}

net::ClientResponse UpstreamCalls::send_again(const Call& call, base::Deadline deadline, Patience patience) {
    auto pass = admit(deadline);
    if (!pass) return short_circuit(call);
    retries_.note_call(now());
    for (int tries = 1;; ++tries) {
        const bool is_sent_anyway = tries == 1 && patience == Patience::by_hand;
        const auto pause = is_sent_anyway ? std::nullopt : left_of_pause(call);
        if (pause && *pause >= deadline.left()) {
            report(call, "paused");
            return paused_response(*pause);
        }
        if (pause && !wait_for(*pause)) return paused_response(*pause);
        net::ClientResponse response = send(call, *pass, deadline);
        if (tries == tries_max || !is_worth_another_try(response)) return response;
        const auto wait = wait_after_try(tries, response, supervision_.back_off, deadline);
        if (!wait || !retries_.take_retry(now())) return response;
        // This blocks a worker thread for upstream calls, which would wait for the upstream anyway.
        if (!wait_for(*wait)) return response;
        pass = breaker_.admit();
        if (!pass) return response;
    }
}

void UpstreamCalls::hurry() {
    {
        const std::lock_guard lock(hurry_mutex_);
        is_hurried_ = true;
    }
    hurry_begins_.notify_all();
}

bool UpstreamCalls::wait_for(base::Millis time) {
    std::unique_lock lock(hurry_mutex_);
    return !hurry_begins_.wait_for(lock, time, [this] { return is_hurried_; });
}

void UpstreamCalls::probe(base::Deadline deadline) {
    if (!breaker_.begin_probe(now())) return;
    const net::ClientResponse response = http_.send(probe_.request, deadline);
    note_pause(probe_, response);
    report(probe_, outcome_of(response));
    breaker_.end_probe(is_failure(response) ? CallResult::failed : CallResult::answered, now());
}

// One 429 stops all threads from making the same call before the time that it names. A 429 without
// a time, or with an earlier one, does not shorten a pause that is in force.
void UpstreamCalls::note_pause(const Call& call, const net::ClientResponse& response) {
    if (response.transfer != TransferStatus::answered || response.status != 429) return;
    const base::Seconds pause = net::retry_after_of(response);
    if (pause.count() == 0) return;
    {
        const std::lock_guard lock(pauses_mutex_);
        SteadyTime& until = paused_until_[call.name];
        const bool is_paused = until > now();
        until = std::max(until, now() + pause);
        if (is_paused) return;
    }
    if (supervision_.on_pause) supervision_.on_pause(call.name, pause);
}

std::optional<base::Millis> UpstreamCalls::left_of_pause(const Call& call) const {
    const std::lock_guard lock(pauses_mutex_);
    const auto known = paused_until_.find(call.name);
    const auto time = now();
    if (known == paused_until_.end() || known->second <= time) return std::nullopt;
    return std::chrono::ceil<base::Millis>(known->second - time);
}

}  // namespace llmapikey
