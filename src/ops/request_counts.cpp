#include "ops/request_counts.hpp"

#include <algorithm>
#include <limits>

namespace llmapikey::ops {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

std::size_t own_table(std::size_t count) {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number = threads.fetch_add(1, relaxed);
    return number % count;
}

constexpr std::array refusal_names{"rate_limit", "busy", "too_slow", "too_large", "malformed", "foreign_origin"};

prometheus::ClientMetric labelled(const char* name, const std::string& value) {
    prometheus::ClientMetric metric;
    metric.label.push_back({name, value});
    return metric;
}

}  // namespace

RequestCounts::RequestCounts(const std::vector<std::string>& labels) {
    for (const std::string& label : labels) {
        const auto known = std::find(labels_.begin(), labels_.end(), label);
        row_of_.push_back(static_cast<std::size_t>(known - labels_.begin()));
        if (known == labels_.end()) labels_.push_back(label);
    }
    for (Table& table : tables_)
        table.rows = std::make_unique<Row[]>(labels_.size());
}

void RequestCounts::count(std::size_t route, int status, std::chrono::nanoseconds took) {
    Row& row = tables_[own_table(table_count)].rows[row_of_.at(route)];
    const auto known = std::lower_bound(statuses.begin(), statuses.end(), status);
    const bool is_known = known != statuses.end() && *known == status;
    row.by_status[is_known ? static_cast<std::size_t>(known - statuses.begin()) : statuses.size()].fetch_add(1,
                                                                                                             relaxed);
    const double seconds = std::chrono::duration<double>(took).count();
    const auto bucket = std::lower_bound(bucket_seconds.begin(), bucket_seconds.end(), seconds);
    row.buckets[static_cast<std::size_t>(bucket - bucket_seconds.begin())].fetch_add(1, relaxed);
    row.nanoseconds.fetch_add(static_cast<std::uint64_t>(took.count()), relaxed);
}

void RequestCounts::count_refusal(Refusal reason) {
    tables_[own_table(table_count)].refusals[static_cast<std::size_t>(reason)].fetch_add(1, relaxed);
}

std::uint64_t RequestCounts::sum(std::size_t row, const auto& cell_of) const {
    std::uint64_t total = 0;
    for (const Table& table : tables_)
        total += cell_of(table.rows[row]).load(relaxed);
    return total;
}

void RequestCounts::collect_statuses(std::size_t row, prometheus::MetricFamily& family) const {
    for (std::size_t i = 0; i <= statuses.size(); ++i) {
        const auto count = sum(
            row, [&](const Row& each) -> const auto& { return each.by_status[i]; });
        if (count == 0) continue;
        prometheus::ClientMetric metric = labelled("route", labels_[row]);
        metric.label.push_back({"status", i < statuses.size() ? std::to_string(statuses[i]) : "other"});
        metric.counter.value = static_cast<double>(count);
        family.metric.push_back(std::move(metric));
    }
}

void RequestCounts::collect_durations(std::size_t row, prometheus::MetricFamily& family) const {
    prometheus::ClientMetric metric = labelled("route", labels_[row]);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= bucket_seconds.size(); ++i) {
        count += sum(
            row, [&](const Row& each) -> const auto& { return each.buckets[i]; });
        const double bound = i < bucket_seconds.size() ? bucket_seconds[i] : std::numeric_limits<double>::infinity();
        metric.histogram.bucket.push_back({count, bound});
    }
    if (count == 0) return;
    metric.histogram.sample_count = count;
    const auto took = sum(
        row, [](const Row& each) -> const auto& { return each.nanoseconds; });
    metric.histogram.sample_sum = static_cast<double>(took) / 1e9;
    family.metric.push_back(std::move(metric));
}

prometheus::MetricFamily RequestCounts::collect_refusals() const {
    prometheus::MetricFamily family{"llmapikey_http_refusals_total",
                                    "Requests refused before they were handled, by reason",
                                    prometheus::MetricType::Counter,
                                    {}};
    for (std::size_t reason = 0; reason < refusal_names.size(); ++reason) {
        prometheus::ClientMetric metric = labelled("reason", refusal_names[reason]);
        for (const Table& table : tables_)
            metric.counter.value += static_cast<double>(table.refusals[reason].load(relaxed));
        family.metric.push_back(std::move(metric));
    }
    return family;
}

std::vector<prometheus::MetricFamily> RequestCounts::Collect() const {
    prometheus::MetricFamily requests{
        "llmapikey_http_requests_total", "Answered requests by route and status", prometheus::MetricType::Counter, {}};
    prometheus::MetricFamily durations{"llmapikey_http_request_duration_seconds",
                                       "Time from a complete request to its answer",
                                       prometheus::MetricType::Histogram,
                                       {}};
    for (std::size_t row = 0; row < labels_.size(); ++row) {
        collect_statuses(row, requests);
        collect_durations(row, durations);
    }
    return {std::move(requests), std::move(durations), collect_refusals()};
}

}  // namespace llmapikey::ops
