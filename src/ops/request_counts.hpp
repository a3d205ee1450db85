#pragma once

#include <prometheus/collectable.h>
#include <prometheus/metric_family.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ops/metrics.hpp"

// Private to ops/.
namespace llmapikey::ops {

// Counts answered requests by route and status, their durations, and refused requests. Counting
// takes no lock and allocates nothing: each thread adds to one of a few tables, which Collect()
// sums. Thread-safe.
class RequestCounts final : public prometheus::Collectable {
public:
    // `labels`: the label of each route by its index; several routes may share one.
    explicit RequestCounts(const std::vector<std::string>& labels);

    void count(std::size_t route, int status, std::chrono::nanoseconds took);
    void count_refusal(Refusal reason);
    std::vector<prometheus::MetricFamily> Collect() const override;

private:
    static constexpr std::array statuses{200, 201, 202, 204, 302, 303, 304, 400, 401, 403, 404, 405, 408,
                                         409, 413, 414, 415, 422, 429, 431, 500, 501, 502, 503, 504};
    static constexpr std::array bucket_seconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                               0.1,    0.25,  0.5,    1.0,   2.5,  5.0,   10.0};
    static constexpr std::size_t table_count = 4;

    struct Row {
        // the last element counts all other statuses
        std::array<std::atomic<std::uint64_t>, statuses.size() + 1> by_status{};
        std::array<std::atomic<std::uint64_t>, bucket_seconds.size() + 1> buckets{};
        std::atomic<std::uint64_t> nanoseconds{0};
    };
    struct alignas(64) Table {
        std::unique_ptr<Row[]> rows;
        std::array<std::atomic<std::uint64_t>, 6> refusals{};  // by Refusal
    };
    std::uint64_t sum(std::size_t row, const auto& cell_of) const;
    void collect_statuses(std::size_t row, prometheus::MetricFamily& family) const;
    void collect_durations(std::size_t row, prometheus::MetricFamily& family) const;
    prometheus::MetricFamily collect_refusals() const;

    std::vector<std::string> labels_;  // labels of the rows, each once
    std::vector<std::size_t> row_of_;  // row by index of the route
    std::array<Table, table_count> tables_;
};

}  // namespace llmapikey::ops
