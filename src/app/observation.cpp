#include "app/observation.hpp"

#include "base/encoding.hpp"
#include "insight/overview.hpp"
#include "keys/reconciliation.hpp"
#include "ops/log.hpp"
#include "ops/process_metrics.hpp"

namespace llmapikey::app {
namespace {

using ops::counter;
using ops::gauge;
using ops::Metric;

constexpr std::chrono::minutes reencryption_count_pause{1};

double dollars(base::MicroUsd amount) {
    return static_cast<double>(amount.value) / 1e6;
}

double number(auto value) {
    return static_cast<double>(value);
}

double seconds_since(const std::optional<base::Timestamp>& since, base::Timestamp now) {
    return since ? number(std::max<std::int64_t>((now - *since).count(), 0)) : 0;
}

double unix_seconds(const std::optional<base::Timestamp>& time) {
    return time ? number(time->time_since_epoch().count()) : 0;
}

}  // namespace

Observation::Observation(Observed observed, ops::Metrics& metrics) : observed_(std::move(observed)) {
    for (const auto kind : Finding::kinds)
        metrics.count_findings(to_text(kind), 0, 0);
    metrics.add_source([this] { return figures(); });
    metrics.add_source(ops::process_metrics);
}

void Observation::note_reencryption() {
    const auto now = observed_.clock.now();
    const bool is_due = !reencryption_noted_at_ || now - *reencryption_noted_at_ >= reencryption_count_pause;
    if (!observed_.is_reencrypting || !is_due) return;
    reencryption_noted_at_ = now;
    const auto remaining =
        Reencryption(*observed_.stores.sealed, observed_.sealers.keys, observed_.sealers.webhooks).remaining();
    if (!remaining) ops::log(ops::LogLevel::warn, "counting what is to be sealed anew: " + remaining.error().detail);
    to_reencrypt_ = remaining.value_or(-1);
}

std::vector<Metric> Observation::figures() const {
    std::vector<Metric> figures;
    figures.push_back({"llmapikey_build_info",
                       "1, with the version of the program and the database that it uses",
                       Metric::Kind::gauge,
                       {{{{"version", LLMAPIKEY_VERSION}, {"database", observed_.database}}, 1}}});
    const Terms terms = observed_.terms.known();
    figures.push_back(gauge("llmapikey_provisioning_enabled",
                            "1 if new keys may be made (PROVISIONING_ENABLED, and not paused by an organizer)",
                            terms.is_enabled ? 1 : 0));
    figures.push_back(
        gauge("llmapikey_live_keys_limit",
              "How many live keys there may be (MAX_TOTAL_KEYS, or what organizers have set); 0: no limit",
              number(terms.max_total_keys)));
    figures.push_back(gauge("llmapikey_clock_ahead_seconds",
                            "How far this machine's clock is ahead of the database's; negative: behind",
                            observed_.stores.clock ? observed_.stores.clock->skew_of_machine().count() : 0));
    add_keys(figures);
    add_facts(figures);
    Metric errors{"llmapikey_database_errors_total",
                  "Failed statements and connections of this process by kind",
                  Metric::Kind::counter,
                  {}};
    for (std::size_t kind = 0; kind < DatabaseHealth::names.size(); ++kind)
        errors.samples.push_back(
            {{{"kind", std::string(DatabaseHealth::names[kind])}}, number(observed_.stores.health->count(kind))});
    figures.push_back(std::move(errors));
    add_queues(figures);
    if (const auto left = to_reencrypt_.load(); left >= 0)
        figures.push_back(gauge("llmapikey_reseal_remaining",
                                "Texts that are not sealed with the current KEY_ENCRYPTION_SECRET yet", number(left)));
    return figures;
}

void Observation::add_keys(std::vector<Metric>& figures) const {
    const std::string provider(observed_.provider.name);
    const auto counts = observed_.stores.statistics->status_counts();
    figures.push_back(gauge("llmapikey_database_up", "1 if the database has answered just now", counts ? 1 : 0));
    if (!counts) return;
    const auto now = observed_.clock.now();
    figures.push_back(gauge("llmapikey_live_keys", "Keys that count against MAX_TOTAL_KEYS", number(counts->live)));
    const std::int64_t others =
        counts->waiting + counts->pending + counts->ambiguous + counts->revoking + counts->replacing;
    Metric keys{"llmapikey_keys", "The same keys by status", Metric::Kind::gauge, {}};
    for (const auto& [status, count] :
         {std::pair("active", counts->live - others), std::pair("waiting", counts->waiting),
          std::pair("pending", counts->pending), std::pair("ambiguous", counts->ambiguous),
          std::pair("revoking", counts->revoking), std::pair("replacing", counts->replacing)})
        keys.samples.push_back({{{"status", status}}, number(count)});
    figures.push_back(std::move(keys));
    if (const auto stuck = observed_.stores.admin->count_stuck()) {
        figures.push_back(gauge("llmapikey_stuck_revocations",
                                "Keys that " + provider + " does not revoke, tried several times: they may still work",
                                number(*stuck)));
    }
    figures.push_back(gauge("llmapikey_disabled_keys", "Keys that are switched off", number(counts->disabled)));
    figures.push_back(
        gauge("llmapikey_missing_keys", "Keys that " + provider + " does not know", number(counts->missing)));
    figures.push_back(gauge("llmapikey_oldest_ambiguous_mint_age_seconds",
                            "Age of the oldest ambiguous mint; 0: there is none",
                            seconds_since(counts->ambiguous_since, now)));
    figures.push_back(gauge("llmapikey_oldest_waiting_mint_age_seconds",
                            "Since when the first in the queue for a key waits; 0: nobody does",
                            seconds_since(counts->waiting_since, now)));
    figures.push_back(gauge("llmapikey_webhook_deliveries_waiting", "Messages to webhook endpoints that are to be sent",
                            number(counts->waiting_deliveries)));
}

void Observation::add_facts(std::vector<Metric>& figures) const {
    const std::string provider(observed_.provider.name);
    const auto overview = read_overview(*observed_.stores.statistics, observed_.terms.known(), observed_.spending_every,
                                        observed_.clock.now());
    if (!overview) return;  // llmapikey_database_up says so
    figures.push_back(gauge("llmapikey_last_reconciliation_timestamp_seconds",
                            "When any replica last compared all of upstream's keys with the database; 0: never",
                            unix_seconds(overview->reconciled_at)));
    figures.push_back(
        gauge("llmapikey_unremembered_keys",
              "Keys of this deployment at " + provider + " that this database has never heard of, left alone",
              number(overview->unremembered_keys)));
    figures.push_back(gauge("llmapikey_last_spending_read_timestamp_seconds",
                            "When any replica last read what all keys have spent from " + provider + "; 0: never",
                            unix_seconds(overview->spending_at)));
    figures.push_back(gauge("llmapikey_last_credits_read_timestamp_seconds",
                            "When any replica last read the credits from " + provider + "; 0: never",
                            unix_seconds(overview->credits_at)));
    const auto add_amount = [&](const char* name, const std::string& help,
                                const std::optional<base::MicroUsd>& amount) {
        if (amount) figures.push_back(gauge(name, help, dollars(*amount)));
    };
    add_amount("llmapikey_upstream_credits_dollars", "Credits left at " + provider + ", in US dollars",
               overview->credits_left);
    add_amount("llmapikey_spent_today_dollars", "What all keys have spent since midnight UTC, in US dollars",
               overview->spent_today);
    add_amount("llmapikey_exposure_per_day_dollars", "What all keys that work could spend in a day, in US dollars",
               overview->exposure_per_day);
    add_amount("llmapikey_exposure_until_expiry_dollars",
               "What all keys that work could spend until they expire, in US dollars", overview->exposure_until_expiry);
    if (overview->dead_deliveries)
        figures.push_back(gauge("llmapikey_webhook_deliveries_dead", "Messages to webhook endpoints that were given up",
                                number(*overview->dead_deliveries)));
}

void Observation::add_queues(std::vector<Metric>& figures) const {
    const auto per_queue = [&](const char* name, const char* help, Metric::Kind kind, auto value_of) {
        Metric figure{name, help, kind, {}};
        for (const base::WorkQueue* queue : observed_.queues)
            figure.samples.push_back({{{"queue", queue->name()}}, number(value_of(*queue))});
        figures.push_back(std::move(figure));
    };
    per_queue("llmapikey_queue_length", "Jobs that wait for a thread", Metric::Kind::gauge,
              [](const base::WorkQueue& queue) { return queue.waiting(); });
    per_queue("llmapikey_queue_threads", "Threads that run now", Metric::Kind::gauge,
              [](const base::WorkQueue& queue) { return queue.threads(); });
    per_queue("llmapikey_queue_jobs_total", "Jobs that a thread has taken up", Metric::Kind::counter,
              [](const base::WorkQueue& queue) { return queue.record().jobs; });
    per_queue("llmapikey_queue_wait_seconds_total", "How long these had waited for it, all together",
              Metric::Kind::counter, [](const base::WorkQueue& queue) { return queue.record().waited.count(); });
}

void observe_connections(const net::HttpServer& server, ops::Metrics& metrics) {
    metrics.add_source([&server] {
        const net::ConnectionStatistics now = server.connections();
        Metric refused{"llmapikey_connections_refused_total",
                       "Connections that were closed at once, by the limit that they would have passed",
                       Metric::Kind::counter,
                       {{{{"reason", "total_limit"}}, number(now.refused_in_all)},
                        {{{"reason", "client_limit"}}, number(now.refused_of_client)}}};
        return std::vector<Metric>{
            gauge("llmapikey_connections", "Open connections to this process", number(now.open)),
            gauge("llmapikey_connections_limit", "MAX_CONNECTIONS", number(now.limit)), std::move(refused),
            counter("llmapikey_connections_displaced_total",
                    "Waiting connections that were closed to make room for others", number(now.displaced))};
    });
}

MetricLog metric_log(ops::Metrics& metrics) {
    return
        [&metrics](std::string_view figure, bool has_succeeded) { metrics.count_figure_read(figure, has_succeeded); };
}

base::Result<WebhookAnswer> CountedWebhooks::post(const WebhookCall& call, base::Deadline deadline,
                                                  const std::stop_token& stop) {
    auto answer = transport_.post(call, deadline, stop);
    const bool is_cut_off = !answer && stop.stop_requested();
    if (!is_cut_off) metrics_.count_webhook_attempt(answer && answer->status >= 200 && answer->status < 300);
    return answer;
}

}  // namespace llmapikey::app
