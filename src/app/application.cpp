#include "app/application.hpp"

#include <algorithm>
#include <atomic>

#include "app/database.hpp"
#include "app/jobs/job_lease.hpp"
#include "app/jobs/job_timer.hpp"
#include "app/jobs/reconcile_job.hpp"
#include "app/jobs/upkeep.hpp"
#include "app/observation.hpp"
#include "app/route_table.hpp"
#include "app/settings.hpp"
#include "app/threads_and_pauses.hpp"
#include "app/upstreams.hpp"
#include "base/crypto.hpp"
#include "base/work_queue.hpp"
#include "guardrails/guardrail_check.hpp"
#include "keys/mint_dispatcher.hpp"
#include "keys/own_key.hpp"
#include "keys/recovery.hpp"
#include "net/curl_client.hpp"
#include "net/http_server.hpp"
#include "ops/log.hpp"
#include "site/site.hpp"
#include "trial/trials.hpp"
#include "webhooks/webhook_client.hpp"
#include "webhooks/webhook_courier.hpp"

namespace llmapikey::app {

// Order is lifetime: each part may use the ones above it, and is destroyed before them.
struct Application::Parts {
    Parts(const config::Config& config, Setting setting, const base::Clock& clock, Stores opened,
          const net::ListenAddress& listen, const std::vector<AddressRange>& proxies, const PutInFront& put_in_front)
        : time(clock),
          upstream_timeout(config.upstream_timeout),
          terms(terms_of(config)),
          can_recover(!config.provider.management_key.empty()),
          stores(std::move(opened)),
          leases(*stores.leases, clock),
          http(make_http_client(config)),
          metrics(route_table().labels()),
          provider(
              make_key_provider(config, *http, supervise(traits_of(config), metrics), same_account_as(*stores.admin))),
          background_provider(provider->in_background()),
          identity(make_identity_provider(config, *http)),
          sealers(config),
          attempt_sealer(config.auth_session_secret, "sign-in attempts", config.auth_session_secret_also_accepted),
          answer_sealer(config.key_encryption_secret, "stored answers", config.key_encryption_secret_also_accepted),
          nonces(config.key_encryption_secret, config.key_encryption_secret_also_accepted),
          sessions(config.auth_session_secret, config.auth_session_secret_also_accepted),
          csrf(config.auth_session_secret, config.auth_session_secret_also_accepted),
          limiter(config.mint_concurrency, waiting_minters),
          replacement(*stores.replacements, *stores.spending, *provider, *stores.audit, clock),
          issuance({*stores.keys, *stores.queue, *provider, replacement, sealers.keys, nonces, limiter, clock,
                    [this](const std::string& message) { note_failure(message); }, [this] { minting_timer.wake(); }},
                   config.upstream_timeout),
          revocation(*stores.admin, *stores.spending, *provider, *stores.audit, clock),
          background_replacement(*stores.replacements, *stores.spending, *background_provider, *stores.audit, clock),
          background_revocation(*stores.admin, *stores.spending, *background_provider, *stores.audit, clock),
          own_key(*stores.keys, issuance, replacement, revocation, clock),
          administration(*stores.admin, issuance, *provider, *identity, *stores.audit, clock),
          bulk_revoker(*stores.bulks, *stores.admin, background_revocation, *stores.audit, clock,
                       config.upstream_timeout, time_to_stop_bulk),
          tokens(*stores.tokens, *stores.audit, clock),
          webhook_http(make_webhook_http_client(config)),
          webhook_client(*webhook_http, webhook_reach(config)),
          counted_webhooks(webhook_client, metrics),
          webhooks(*stores.webhooks, counted_webhooks, sealers.webhooks, *stores.audit, clock),
          statistics(*stores.statistics, *stores.spending, *stores.webhooks, *background_provider, clock,
                     statistics_settings(config), metric_log(metrics)),
          admins(config.admin_github_user_ids),
          sign_in(*identity, attempt_sealer, clock),
          usage(*background_provider, *stores.spending, clock, config.upstream_timeout),
          guardrail(*background_provider, clock, is_guarded(config), config.upstream_timeout),
          chat(make_chat_provider(config, *http)),
          trials({trial_concurrency}, *stores.keys, issuance, *chat, clock),
          database_queue("database", database_threads(config), waiting_readers_max, wait_max),
          upstream_queue("upstream", upstream_threads, waiting_max),
          identity_queue("identity", identity_threads, waiting_max),
          mint_queue("mint", config.mint_concurrency + waiting_minters, waiting_readers_max),
          streaming_pool("lasting", streaming_threads, waiting_max),
          minting_queue("minting", config.mint_concurrency, waiting_max),
          background_queue("background", background_threads, waiting_max),
          webhook_queue("webhooks", webhook_concurrency, waiting_max),
          observation({stores,
                       sealers,
                       !config.key_encryption_secret_also_accepted.empty(),
                       terms,
                       config.postgres_url.empty() ? "sqlite" : "postgres",
                       config.spending_poll,
                       {&database_queue, &upstream_queue, &identity_queue, &mint_queue, &streaming_pool, &minting_queue,
                        &background_queue, &webhook_queue},
                       clock,
                       traits_of(config)},
                      metrics),
          handlers(make_handlers()),
          site(handlers, {settings_of(config, setting, *provider), csrf, route_table()},
               {clock, sessions, admins, tokens, stores.rate_limits.get(), *stores.answers, answer_sealer, metrics},
               OriginResolver(config.public_url, proxies), config.rate_limit_per_minute),
          front(put_in_front ? put_in_front(site) : nullptr),
          server(server_options(config, listen, proxies), front ? *front : site,
                 {database_queue, upstream_queue, identity_queue, mint_queue, streaming_pool}),
          settlement(*stores.keys, *stores.queue, *background_provider, clock, config.upstream_timeout),
          recovery({*stores.keys, *stores.admin, *stores.replacements, *background_provider, settlement,
                    background_revocation, background_replacement},
                   clock),
          reconciler({*stores.keys, *stores.admin, *background_provider, background_revocation, *stores.audit,
                      *stores.history, nonces, clock},
                     {Repair::fix, false, settle_time(config.upstream_timeout), config.upstream_timeout}),
          guardrail_check(*stores.admin, *stores.statistics, *background_provider, background_provider->guardrails(),
                          clock, {.call_timeout = config.upstream_timeout}),
          is_reconciled(config.reconcile_every.count() > 0),
          reconcile_job(
              {stores, leases, metrics, reconciler, time, [this](const std::string& message) { note_failure(message); },
               [this](ReconcileReport& report, const std::stop_token& stop) {
                   if (guardrail.is_configured()) note_run("guardrail", guardrail_check.run(report, stop));
               },
               std::string(provider->traits().name)},
              config.reconcile_every, describe_database(config)),
          dispatcher(*stores.keys, *stores.queue, issuance, limiter, minting_queue, clock,
                     [this](const std::string& message) { note_failure(message); }),
          webhook_courier(*stores.webhooks, counted_webhooks, sealers.webhooks, webhook_queue, clock,
                          [this] { webhook_timer.wake(); }),
          upkeep(stores, time),
          recovery_timer("recovery", recovery_pause, [this](const std::stop_token& stop) { return recover(stop); }),
          settling_timer("settling", recovery_pause, [this](const std::stop_token& stop) { return settle(stop); }),
          minting_timer("minting", minting_pause,
                        [this](const std::stop_token& stop) {
                            return dispatcher.run_once(terms, stop) ? AfterJob::go_on : AfterJob::pause;
                        }),
          reconcile_timer(
              "reconcile", reconcile_pause,
              [this](const std::stop_token& stop) { return reconcile_job.run_if_due(stop), AfterJob::pause; }),
          bulk_timer("bulk", operations_pause, [this](const std::stop_token& stop) { return revoke_in_bulk(stop); }),
          webhook_timer("webhooks", operations_pause,
                        [this](const std::stop_token& stop) { return send_webhooks(stop); }),
          statistics_timer("statistics", statistics_pause,
                           [this](const std::stop_token& stop) { return take_figures(stop); }),
          probe_timer("probe", probe_pause,
                      [this](const std::stop_token&) { return provider->probe(), AfterJob::pause; }),
          guardrail_timer(
              "guardrail", guardrail_pause, [this](const std::stop_token&) { return learn_guardrail(); },
              FirstRun::at_once),
          upkeep_timer("upkeep", upkeep_pause,
                       [this](const std::stop_token&) { return upkeep.run_once(), AfterJob::pause; }) {
        observe_connections(server, metrics);
    }

    // Each with what it names.
    Handlers make_handlers() {
        const KeyListPage key_list{time, *stores.admin, *stores.keys, terms};
        return {.pages = {guardrail, *stores.keys, issuance},
                .dashboard = {usage, background_queue, time, issuance, *stores.queue, guardrail, *stores.keys, terms},
                .own_key = {metrics, usage, time, issuance, own_key, terms},
                .trial = {trials, usage, time, background_queue},
                .sign_in = {sign_in, metrics, background_queue, *stores.keys, sessions, time},
                .key_list = key_list,
                .key_search = {*stores.admin, issuance},
                .audit_page = {*stores.audit, *stores.admin},
                .account = {key_list, *stores.admin, *stores.keys, time, administration, revocation, terms},
                .bulk_pages = {*stores.admin, time, bulk_revoker, key_list, *stores.bulks},
                .overview_page = {terms, *stores.statistics, time},
                .tokens_page = {*stores.tokens, time, tokens},
                .webhooks_page = {*stores.webhooks, time, webhooks},
                .own_account = {usage, background_queue, *stores.keys, time, issuance},
                .overview = {*stores.statistics, terms, time},
                .keys = {*stores.admin, *stores.keys, time, administration, revocation, terms},
                .bulk = {bulk_revoker, *stores.bulks, *stores.admin, time},
                .audit = {*stores.admin, *stores.audit},
                .tokens = {*stores.tokens, tokens},
                .webhooks = {*stores.webhooks, webhooks, time},
                .operators = {readiness, time, *stores.keys, metrics}};
    }

    AfterJob recover(const std::stop_token& stop) {
        return note_recovered("recovery", recovery.finish(upstream_timeout, stop));
    }

    // By itself: it may have to read much of upstream's list, and nothing else is to wait for that.
    AfterJob settle(const std::stop_token& stop) { return note_recovered("settling", recovery.settle(stop)); }

    AfterJob note_recovered(const char* job, const Recovered& recovered) {
        if (recovered.settled > 0) minting_timer.wake();
        if (recovered.settled + recovered.revoked + recovered.replaced + recovered.synchronized > 0) {
            ops::log(ops::LogLevel::info, "recovered what was interrupted",
                     {{"settled", std::to_string(recovered.settled)},
                      {"revoked", std::to_string(recovered.revoked)},
                      {"replaced", std::to_string(recovered.replaced)},
                      {"synchronized", std::to_string(recovered.synchronized)}});
        }
        for (const std::string& failure : recovered.failures)
            note_failure(std::string(job) + ": " + failure);
        metrics.count_job(job, recovered.failures.empty());
        return AfterJob::pause;
    }

    AfterJob revoke_in_bulk(const std::stop_token& stop) {
        if (!leases.hold(bulk_lease)) return AfterJob::pause;
        note_run("bulk", bulk_revoker.run_once(stop));
        return bulk_revoker.is_busy() ? AfterJob::go_on : AfterJob::pause;
    }

    AfterJob send_webhooks(const std::stop_token& stop) {
        if (!leases.hold(webhook_lease)) return AfterJob::pause;
        note_run("webhooks", webhook_courier.run_once(stop));
        return AfterJob::pause;
    }

    AfterJob take_figures(const std::stop_token& stop) {
        if (!leases.hold(statistics_lease)) return AfterJob::pause;
        note_run("statistics", statistics.run_once(stop));
        observation.note_reencryption();
        return AfterJob::pause;
    }

    AfterJob learn_guardrail() {
        const auto changed = guardrail.refresh_if_due();
        if (!changed) note_failure(changed.error().detail);
        if (changed && *changed) site.refresh_pages();
        return AfterJob::pause;
    }

    // `failure`: empty if there was none.
    void note_run(const char* job, const std::string& failure) {
        metrics.count_job(job, failure.empty());
        if (!failure.empty()) note_failure(std::string(job) + ": " + failure);
    }

    // For the log, and for the console's recent failures; off the path of whoever has met it.
    void note_failure(const std::string& message) {
        ops::log(ops::LogLevel::warn, message);
        const bool is_queued = background_queue.try_submit([this, message] {
            const auto noted = stores.statistics->record_failure(message, time.now());
            if (noted) return;
            // While the database is away the failure itself says so already.
            const bool is_away = noted.error().code == base::Errc::store_unavailable;
            ops::log(is_away ? ops::LogLevel::debug : ops::LogLevel::warn,
                     "noting a failure failed: " + noted.error().detail);
        });
        if (!is_queued) ops::log(ops::LogLevel::debug, "too busy to note a failure");
    }

    const base::Clock& time;  // the database's
    const base::Seconds upstream_timeout;
    const Terms terms;
    const bool can_recover;
    bool has_started = false;
    Stores stores;                                     // grants, and limits that replicas share
    JobLeases leases;                                  // what this process is the one to do
    std::unique_ptr<net::HttpClient> http;             // outgoing calls
    ops::Metrics metrics;                              // what /metrics shows
    std::unique_ptr<SupervisedKeyProvider> provider;   // keys upstream, for those who want something now
    std::unique_ptr<KeyProvider> background_provider;  // likewise, for those who come again
    std::unique_ptr<IdentityProvider> identity;        // GitHub
    Sealers sealers;                                   // raw keys and secrets of webhooks in the database
    base::Sealer attempt_sealer;                       // sign-in attempts in cookies
    base::Sealer answer_sealer;                        // answers that are kept for their Idempotency-Key
    NonceMaker nonces;                                 // names of upstream keys
    SessionTokens sessions;                            // session cookies
    CsrfTokens csrf;                                   // tokens in forms
    Readiness readiness;                               // what /readyz shows
    ConcurrencyLimiter limiter;                        // how many mints at once
    Replacement replacement;                           // a key makes room for another
    Issuance issuance;                                 // reserve, mint, activate
    Revocation revocation;                             // ending keys
    Replacement background_replacement;                // what was interrupted of them
    Revocation background_revocation;                  // likewise, and ending many
    OwnKey own_key;                                    // what recipients do with theirs
    Administration administration;                     // what else is done to one key
    BulkRevoker bulk_revoker;                          // ending many
    ApiTokens tokens;                                  // of the JSON API
    std::unique_ptr<net::HttpClient> webhook_http;     // to whom webhooks may be sent
    WebhookClient webhook_client;                      // sends one message
    CountedWebhooks counted_webhooks;                  // likewise
    Webhooks webhooks;                                 // endpoints that are told what happens
    Statistics statistics;                             // figures for the console
    std::set<std::int64_t> admins;                     // who may
    SignIn sign_in;                                    // OAuth
    UsageCache usage;                                  // spending of keys
    GuardrailWatch guardrail;                          // which models keys may call
    std::unique_ptr<ChatProvider> chat;                // one question to a model
    Trials trials;                                     // recipients see that their key works
    base::WorkQueue database_queue;                    // handlers that touch the database
    base::WorkQueue upstream_queue;                    // handlers that call the provider
    base::WorkQueue identity_queue;                    // handlers that call GitHub
    base::WorkQueue mint_queue;                        // handlers that mint
    base::WorkQueue streaming_pool;                    // handlers that a model's answer holds up
    base::WorkQueue minting_queue;                     // mints of those who have waited in the queue
    base::WorkQueue background_queue;                  // calls upstream that nobody waits for
    base::WorkQueue webhook_queue;                     // messages to webhook endpoints
    Observation observation;                           // what /metrics shows of them all
    Handlers handlers;                                 // what routes lead to
    Site site;                                         // routes
    std::unique_ptr<net::HttpHandler> front;           // the sandbox: what is served beside the site; else null
    net::HttpServer server;                            // sockets
    Settlement settlement;                             // attempts in doubt
    Recovery recovery;                                 // what was interrupted
    Reconciler reconciler;                             // upstream's keys against ours
    GuardrailCheck guardrail_check;                    // whether they are under the guardrail
    const bool is_reconciled;
    ReconcileJob reconcile_job;      // when that is done, and what comes of it
    MintDispatcher dispatcher;       // whose turn it is
    WebhookCourier webhook_courier;  // messages to endpoints
    Upkeep upkeep;                   // of the database
    JobLease bulk_lease{"bulk", base::Seconds{20}};
    JobLease webhook_lease{"webhooks", base::Seconds{60}};
    JobLease statistics_lease{"statistics", base::Seconds{120}};
    JobTimer recovery_timer, settling_timer, minting_timer, reconcile_timer, bulk_timer, webhook_timer,
        statistics_timer, probe_timer, guardrail_timer, upkeep_timer;
};

Application::Application(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Application::~Application() {
    stop(base::Millis{0});
}

base::Result<std::unique_ptr<Application>> Application::create(const config::Config& config, Setting setting,
                                                               const base::Clock& clock,
                                                               const PutInFront& put_in_front) {
    const auto listen = net::ListenAddress::parse(config.listen);
    if (!listen) return base::fail(base::Errc::invalid_input, "LISTEN: " + listen.error().detail);
    auto proxies = TRY(parse_proxies(config));
    auto stores = TRY(open_migrated_stores(config, clock));
    const base::Clock& time = stores.time_or(clock);
    auto parts = std::make_unique<Parts>(config, setting, time, std::move(stores), *listen, proxies, put_in_front);
    return std::unique_ptr<Application>(new Application(std::move(parts)));
}

base::Result<void> Application::start(std::optional<int> listening_socket) {
    auto started = parts_->server.start(listening_socket);
    // Without a key for the upstream nothing can be looked up there.
    if (started && parts_->can_recover) {
        for (JobTimer* timer : {&parts_->recovery_timer, &parts_->settling_timer, &parts_->minting_timer,
                                &parts_->bulk_timer, &parts_->statistics_timer, &parts_->probe_timer})
            timer->start();
        for (const char* job : {"recovery", "settling", "bulk", "statistics"})
            parts_->metrics.expect_job(job);
        if (parts_->is_reconciled) parts_->metrics.expect_job("reconcile");
        if (parts_->is_reconciled) parts_->reconcile_timer.start();
        if (parts_->guardrail.is_configured()) parts_->guardrail_timer.start();
    }
    if (started) parts_->metrics.expect_job("webhooks");
    if (started) parts_->webhook_timer.start();
    if (started) parts_->upkeep_timer.start();
    parts_->has_started = started.has_value();
    return started;
}

std::string Application::address() const {
    return parts_->server.address().text();
}

bool Application::responds(base::Deadline deadline) {
    return parts_->server.responds(deadline);
}

void Application::announce_stop() {
    parts_->readiness.is_draining = true;
}

bool Application::is_watched() const {
    const auto asked_at = parts_->readiness.last_asked_at.load();
    return asked_at != base::Timestamp{} && parts_->time.now() - asked_at <= std::chrono::minutes{1};
}

void Application::stop(base::Millis grace) {
    parts_->readiness.is_draining = true;
    parts_->server.stop(grace);
    // What jobs ask for now is made up for later: none of it may hold up the end.
    parts_->provider->hurry();
    parts_->http->end_calls_by(base::Deadline::after(last_calls));
    const auto timers = {&parts_->recovery_timer,   &parts_->settling_timer, &parts_->minting_timer,
                         &parts_->reconcile_timer,  &parts_->bulk_timer,     &parts_->webhook_timer,
                         &parts_->statistics_timer, &parts_->probe_timer,    &parts_->guardrail_timer,
                         &parts_->upkeep_timer};
    for (JobTimer* timer : timers)
        timer->request_stop();
    for (JobTimer* timer : timers)
        timer->stop();
    // Calls to endpoints that hang are cut off, and made again after the next start.
    parts_->webhook_courier.stop();
    parts_->webhook_queue.abandon();
    if (parts_->has_started) parts_->leases.give_back({"bulk", "webhooks", "statistics", "reconcile"});
    parts_->has_started = false;
    for (base::WorkQueue* queue : {&parts_->upstream_queue, &parts_->identity_queue, &parts_->mint_queue,
                                   &parts_->minting_queue, &parts_->streaming_pool})
        queue->stop();
    // Asking for usage, settling, handing tokens back: each is made up for later, so none of it may
    // hold up the end.
    parts_->background_queue.abandon();
    parts_->database_queue.stop();
    ops::finish_logging();
}

}  // namespace llmapikey::app
