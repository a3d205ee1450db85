#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ops/metric.hpp"

namespace llmapikey::ops {

// Why a request was turned away before anybody looked at what it asks for.
enum class Refusal { rate_limit, busy, too_slow, too_large, malformed, foreign_origin };

// Counters and gauges for Prometheus. Thread-safe, but for add_source(). Each set of labels that is
// known beforehand is there from the start, with 0: an increase from nothing is not seen as one.
class Metrics {
public:
    // `routes`: the patterns of all routes by their number, as count_request() takes it.
    explicit Metrics(const std::vector<std::string>& routes);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // One finished request, by the route's number: never by the path that was asked for. Without a
    // lock.
    void count_request(std::size_t route, int status, std::chrono::nanoseconds took);
    // One that was turned away; it counts as a request, too. Without a lock.
    void count_refusal(Refusal reason);
    // One answer to "generate": "created", "exists", ...
    void count_issue(std::string_view status);
    // One finished or failed sign-in: "ok", "denied", ...
    void count_sign_in(std::string_view outcome);
    // One comparison of upstream's keys with ours, and what it found and mended of one kind.
    void count_reconciliation(bool has_succeeded);
    void count_findings(std::string_view kind, std::int64_t found, std::int64_t mended);
    // A background job that this process may come to do; then one run of it.
    void expect_job(std::string_view job);
    void count_job(std::string_view job, bool has_succeeded);
    // One request to the provider of keys, or one that was not sent: what for, and what came of it;
    // see Supervision.
    void count_upstream_call(std::string_view call, std::string_view outcome);
    // Whether calls to the provider of keys fail at once, since it is down.
    void set_upstream_circuit_open(bool is_open);
    void count_webhook_attempt(bool is_delivered);
    // `figure`: "credits", "spending" or "exposure".
    void count_figure_read(std::string_view figure, bool has_succeeded);

    // Before anybody asks for text(). What `source` uses must outlive the last call of that.
    void add_source(MetricSource source);

    // Prometheus text exposition format 0.0.4. Blocking as the sources are.
    std::string text() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace llmapikey::ops
