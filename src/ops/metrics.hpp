#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/metric.hpp"

namespace llmapikey::ops {

// The reason why a request was refused before its handler ran.
enum class Refusal { rate_limit, busy, too_slow, too_large, malformed, foreign_origin };

// Counters and gauges for Prometheus. Thread-safe, except add_source(). Every set of labels that is
// known beforehand starts at 0, because Prometheus does not see an increase from nothing.
class Metrics {
public:
    // `routes`: the patterns of all routes; count_request() takes their indexes.
    explicit Metrics(const std::vector<std::string>& routes);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // Counts one finished request by the index of its route, never by the path that the client
    // asked for. Takes no lock.
    void count_request(std::size_t route, int status, std::chrono::nanoseconds took);
    // Counts one refused request; it is also counted as a request. Takes no lock.
    void count_refusal(Refusal reason);
    // Counts one answer to "generate": "created", "exists", ...
    void count_issue(std::string_view status);
    // Counts one finished or failed sign-in: "ok", "denied", ...
    void count_sign_in(std::string_view outcome);
    // Count one reconciliation, and its findings of one kind.
    void count_reconciliation(bool has_succeeded);
    void count_findings(std::string_view kind, std::int64_t found, std::int64_t mended);
    // Announces a background job that this process may run; count_job() counts one run.
    void expect_job(std::string_view job);
    void count_job(std::string_view job, bool has_succeeded);
    // Counts one request to the provider of keys, sent or not, by purpose and outcome; see
    // Supervision in src/providers/calls/upstream_calls.hpp.
    void count_upstream_call(std::string_view call, std::string_view outcome);
    // Sets whether the circuit is open: the provider of keys is down and calls to it fail at once.
    void set_upstream_circuit_open(bool is_open);
    void count_webhook_attempt(bool is_delivered);
    // Counts one attempt to read amounts of money. `figure`: "credits", "spending", "exposure"
    // or "activity".
    void count_figure_read(std::string_view figure, bool has_succeeded);

    // Adds a source; must be called before the first text(). Whatever the source uses must outlive
    // the last call of text().
    void add_source(MetricSource source);

    // Returns all metrics in the Prometheus text exposition format 0.0.4. Blocks as long as the
    // sources do.
    std::string text() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace llmapikey::ops
