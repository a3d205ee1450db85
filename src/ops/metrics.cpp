#include "ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "ops/request_counts.hpp"

namespace llmapikey::ops {
class Metrics::Impl {
public:
    explicit Impl(const std::vector<std::string>& routes) : requests(routes) {}

    RequestCounts requests;
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& issues = prometheus::BuildCounter()
                                                          .Name("llmapikey_key_requests_total")
                                                          .Help("Answers to a request for a key by outcome")
                                                          .Register(registry);
    prometheus::Family<prometheus::Counter>& sign_ins =
        prometheus::BuildCounter().Name("llmapikey_sign_ins_total").Help("Sign-ins by outcome").Register(registry);
    prometheus::Family<prometheus::Counter>& reconciliations =
        prometheus::BuildCounter()
            .Name("llmapikey_reconciliations_total")
            .Help("Comparisons of upstream's keys with the database by outcome")
            .Register(registry);
    prometheus::Family<prometheus::Counter>& findings = prometheus::BuildCounter()
                                                            .Name("llmapikey_reconcile_findings_total")
                                                            .Help("What they found by kind and whether it was mended")
                                                            .Register(registry);
    prometheus::Family<prometheus::Gauge>& reconciled_at =
        prometheus::BuildGauge()
            .Name("llmapikey_last_reconciliation_timestamp_seconds")
            .Help("When this process last compared all of upstream's keys with the database")
            .Register(registry);
    prometheus::Family<prometheus::Gauge>& keys = prometheus::BuildGauge()
                                                      .Name("llmapikey_live_keys")
                                                      .Help("Keys that count against MAX_TOTAL_KEYS")
                                                      .Register(registry);
    prometheus::Family<prometheus::Gauge>& key_limit = prometheus::BuildGauge()
                                                           .Name("llmapikey_live_keys_limit")
                                                           .Help("MAX_TOTAL_KEYS; 0 means no limit")
                                                           .Register(registry);
    prometheus::Family<prometheus::Counter>& upstream_calls = prometheus::BuildCounter()
                                                                  .Name("llmapikey_upstream_calls_total")
                                                                  .Help("Requests to OpenRouter by outcome, each try")
                                                                  .Register(registry);
    prometheus::Gauge& upstream_circuit_open = prometheus::BuildGauge()
                                                   .Name("llmapikey_upstream_circuit_open")
                                                   .Help("1 while OpenRouter is down and calls to it fail at once")
                                                   .Register(registry)
                                                   .Add({});
};

Metrics::Metrics(const std::vector<std::string>& routes) : impl_(std::make_unique<Impl>(routes)) {}
Metrics::~Metrics() = default;

void Metrics::count_request(std::size_t route, int status, std::chrono::nanoseconds took) {
    impl_->requests.count(route, status, took);
}

void Metrics::count_issue(std::string_view status) {
    impl_->issues.Add({{"status", std::string(status)}}).Increment();
}

void Metrics::count_sign_in(std::string_view outcome) {
    impl_->sign_ins.Add({{"outcome", std::string(outcome)}}).Increment();
}

void Metrics::count_reconciliation(bool has_succeeded) {
    impl_->reconciliations.Add({{"outcome", has_succeeded ? "ok" : "failed"}}).Increment();
    if (has_succeeded) impl_->reconciled_at.Add({}).SetToCurrentTime();
}

void Metrics::count_findings(std::string_view kind, std::int64_t found, std::int64_t mended) {
    const std::string name(kind);
    impl_->findings.Add({{"kind", name}, {"outcome", "mended"}}).Increment(static_cast<double>(mended));
    impl_->findings.Add({{"kind", name}, {"outcome", "open"}}).Increment(static_cast<double>(found - mended));
}

void Metrics::set_live_keys(double live, double limit) {
    impl_->keys.Add({}).Set(live);
    impl_->key_limit.Add({}).Set(limit);
}

void Metrics::count_upstream_call(std::string_view call, std::string_view outcome) {
    impl_->upstream_calls.Add({{"call", std::string(call)}, {"outcome", std::string(outcome)}}).Increment();
}

void Metrics::set_upstream_circuit_open(bool is_open) {
    impl_->upstream_circuit_open.Set(is_open ? 1 : 0);
}

std::string Metrics::text() const {
    std::vector<prometheus::MetricFamily> families = impl_->requests.Collect();
    for (prometheus::MetricFamily& family : impl_->registry.Collect())
        families.push_back(std::move(family));
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace llmapikey::ops
