#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/database.hpp"
#include "base/work_queue.hpp"
#include "insight/statistics.hpp"
#include "keys/terms.hpp"
#include "net/http_server.hpp"
#include "ops/metrics.hpp"
#include "providers/provider_traits.hpp"
#include "sealing/reencryption.hpp"
#include "webhooks/webhooks.hpp"

namespace llmapikey::app {

struct Observed {
    Stores& stores;
    const Sealers& sealers;
    bool is_reencrypting = false;  // a second KEY_ENCRYPTION_SECRET is accepted
    const TermsSource& terms;
    std::string database;               // "sqlite" or "postgres"
    base::Seconds spending_every{300};  // how often spending and credits are read
    std::vector<const base::WorkQueue*> queues;
    const base::Clock& clock;
    const ProviderTraits& provider;
};

// What /metrics shows of the state of the whole at the moment of being asked. Thread-safe.
class Observation {
public:
    // Announces itself and every kind of finding to `metrics`; all must outlive the last call of
    // its text().
    Observation(Observed observed, ops::Metrics& metrics);

    // Counts, now and then, what is not sealed with the current secret: reads every row, so not for
    // a scrape. For the job that takes figures.
    void note_reencryption();

private:
    std::vector<ops::Metric> figures() const;
    void add_keys(std::vector<ops::Metric>& figures) const;
    void add_facts(std::vector<ops::Metric>& figures) const;
    void add_queues(std::vector<ops::Metric>& figures) const;

    const Observed observed_;
    std::optional<base::Timestamp> reencryption_noted_at_;  // of the job's thread
    std::atomic<std::int64_t> to_reencrypt_{-1};            // -1: not known
};

// Shows the connections of `server` in /metrics too; it must outlive the last call of text().
void observe_connections(const net::HttpServer& server, ops::Metrics& metrics);

// Counts readings of amounts; `metrics` must outlive it.
MetricLog metric_log(ops::Metrics& metrics);

// Counts what becomes of each message.
class CountedWebhooks final : public WebhookTransport {
public:
    CountedWebhooks(WebhookTransport& transport, ops::Metrics& metrics) : transport_(transport), metrics_(metrics) {}
    base::Result<void> check(const std::string& url) const override { return transport_.check(url); }
    base::Result<WebhookAnswer> post(const WebhookCall& call, base::Deadline deadline,
                                     const std::stop_token& stop) override;

private:
    WebhookTransport& transport_;
    ops::Metrics& metrics_;
};

}  // namespace llmapikey::app
