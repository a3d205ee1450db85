#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llmapikey::ops {

// Counters and gauges for Prometheus. Thread-safe.
class Metrics {
public:
    // `routes`: the patterns of all routes by their number, as count_request() takes it.
    explicit Metrics(const std::vector<std::string>& routes);
    ~Metrics();
    Metrics(const Metrics&) = delete;
    Metrics& operator=(const Metrics&) = delete;

    // One finished request, by the route's number: never by the path that was asked for. Without a lock.
    void count_request(std::size_t route, int status, std::chrono::nanoseconds took);
    // One answer to "generate": "created", "exists", ...
    void count_issue(std::string_view status);
    // One finished or failed sign-in: "ok", "denied", ...
    void count_sign_in(std::string_view outcome);
    // One comparison of upstream's keys with ours, and what it found and mended of one kind.
    void count_reconciliation(bool has_succeeded);
    void count_findings(std::string_view kind, std::int64_t found, std::int64_t mended);
    void set_live_keys(double live, double limit);
    // One request to OpenRouter, or one that was not sent: what for, and what came of it; see upstream::Supervision.
    void count_upstream_call(std::string_view call, std::string_view outcome);
    // Whether calls to OpenRouter fail at once, since it is down.
    void set_upstream_circuit_open(bool is_open);

    // Prometheus text exposition format 0.0.4.
    std::string text() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace llmapikey::ops
