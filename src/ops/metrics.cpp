#include "ops/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "ops/request_counts.hpp"

namespace llmapikey::ops {
namespace {

using Counters = prometheus::Family<prometheus::Counter>;
using Gauges = prometheus::Family<prometheus::Gauge>;

Counters& counters(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

Gauges& gauges(prometheus::Registry& registry, const char* name, const char* help) {
    return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

void begin_at_zero(Counters& family, const std::string& label, std::initializer_list<const char*> values) {
    for (const char* value : values)
        family.Add({{label, value}});
}

prometheus::MetricFamily to_family(const Metric& figure) {
    const bool is_counter = figure.kind == Metric::Kind::counter;
    prometheus::MetricFamily family{
        figure.name, figure.help, is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge, {}};
    for (const Metric::Sample& sample : figure.samples) {
        prometheus::ClientMetric metric;
        for (const auto& [name, value] : sample.labels)
            metric.label.push_back({name, value});
        (is_counter ? metric.counter.value : metric.gauge.value) = sample.value;
        family.metric.push_back(std::move(metric));
    }
    return family;
}

}  // namespace

class Metrics::Impl {
public:
    explicit Impl(const std::vector<std::string>& routes) : requests(routes) {
        begin_at_zero(issues, "status", {"created", "exists", "in_progress", "ambiguous", "paused", "full", "error"});
        begin_at_zero(sign_ins, "outcome", {"ok", "denied", "rate_limited", "github_down", "misconfigured"});
        begin_at_zero(reconciliations, "outcome", {"ok", "failed"});
        begin_at_zero(webhook_attempts, "outcome", {"delivered", "failed"});
        for (const char* outcome : {"ok", "refused", "unknown", "not_sent", "short_circuited", "paused"})
            upstream_calls.Add({{"call", "mint"}, {"outcome", outcome}});
        for (const char* figure : {"credits", "spending", "exposure", "activity"})
            for (const char* outcome : {"ok", "failed"})
                figure_reads.Add({{"figure", figure}, {"outcome", outcome}});
    }

    RequestCounts requests;
    std::vector<MetricSource> sources;
    prometheus::Registry registry;
    Counters& issues = counters(registry, "llmapikey_key_requests_total", "Answers to requests for a key by status");
    Counters& sign_ins = counters(registry, "llmapikey_sign_ins_total", "Sign-ins by outcome");
    Counters& reconciliations = counters(registry, "llmapikey_reconciliations_total",
                                         "Comparisons of the keys upstream with the database by outcome");
    Counters& findings =
        counters(registry, "llmapikey_reconcile_findings_total",
                 "Findings of reconciliations by kind and outcome; an open one is counted again each time");
    Counters& job_runs = counters(registry, "llmapikey_task_runs_total", "Runs of background tasks by outcome");
    Gauges& job_success = gauges(registry, "llmapikey_task_last_success_timestamp_seconds",
                                 "When this process last ran a background task without a failure; 0: not yet");
    Counters& upstream_calls = counters(registry, "llmapikey_upstream_calls_total",
                                        "Requests to the provider of keys by purpose and outcome; each try counts");
    prometheus::Gauge& upstream_circuit_open =
        gauges(registry, "llmapikey_upstream_circuit_open",
               "1 while the provider of keys is down and calls to it fail at once")
            .Add({});
    Counters& figure_reads =
        counters(registry, "llmapikey_figure_reads_total", "Attempts to read amounts of money, by outcome");
    Counters& webhook_attempts =
        counters(registry, "llmapikey_webhook_attempts_total", "Messages sent to webhook endpoints by outcome");
};

Metrics::Metrics(const std::vector<std::string>& routes) : impl_(std::make_unique<Impl>(routes)) {}
Metrics::~Metrics() = default;

void Metrics::count_request(std::size_t route, int status, std::chrono::nanoseconds took) {
    impl_->requests.count(route, status, took);
}

void Metrics::count_refusal(Refusal reason) {
    impl_->requests.count_refusal(reason);
}

void Metrics::count_issue(std::string_view status) {
    impl_->issues.Add({{"status", std::string(status)}}).Increment();
}

void Metrics::count_sign_in(std::string_view outcome) {
    impl_->sign_ins.Add({{"outcome", std::string(outcome)}}).Increment();
}

void Metrics::count_reconciliation(bool has_succeeded) {
    impl_->reconciliations.Add({{"outcome", has_succeeded ? "ok" : "failed"}}).Increment();
}

void Metrics::count_findings(std::string_view kind, std::int64_t found, std::int64_t mended) {
    const std::string name(kind);
    impl_->findings.Add({{"kind", name}, {"outcome", "mended"}}).Increment(static_cast<double>(mended));
    impl_->findings.Add({{"kind", name}, {"outcome", "open"}}).Increment(static_cast<double>(found - mended));
}

void Metrics::expect_job(std::string_view job) {
    const std::string name(job);
    for (const char* outcome : {"ok", "failed"})
        impl_->job_runs.Add({{"task", name}, {"outcome", outcome}});
    impl_->job_success.Add({{"task", name}});
}

void Metrics::count_job(std::string_view job, bool has_succeeded) {
    const std::string name(job);
    impl_->job_runs.Add({{"task", name}, {"outcome", has_succeeded ? "ok" : "failed"}}).Increment();
    if (has_succeeded) impl_->job_success.Add({{"task", name}}).SetToCurrentTime();
}

void Metrics::count_upstream_call(std::string_view call, std::string_view outcome) {
    impl_->upstream_calls.Add({{"call", std::string(call)}, {"outcome", std::string(outcome)}}).Increment();
}

void Metrics::set_upstream_circuit_open(bool is_open) {
    impl_->upstream_circuit_open.Set(is_open ? 1 : 0);
}

void Metrics::count_webhook_attempt(bool is_delivered) {
    impl_->webhook_attempts.Add({{"outcome", is_delivered ? "delivered" : "failed"}}).Increment();
}

void Metrics::count_figure_read(std::string_view figure, bool has_succeeded) {
    impl_->figure_reads.Add({{"figure", std::string(figure)}, {"outcome", has_succeeded ? "ok" : "failed"}})
        .Increment();
}

void Metrics::add_source(MetricSource source) {
    impl_->sources.push_back(std::move(source));
}

std::string Metrics::text() const {
    std::vector<prometheus::MetricFamily> families = impl_->requests.Collect();
    for (prometheus::MetricFamily& family : impl_->registry.Collect())
        families.push_back(std::move(family));
    for (const MetricSource& source : impl_->sources) {
        for (const Metric& figure : source())
            families.push_back(to_family(figure));
    }
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace llmapikey::ops
