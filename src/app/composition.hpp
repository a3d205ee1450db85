#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/application.hpp"
#include "app/database.hpp"
#include "app/jobs/job_lease.hpp"
#include "app/jobs/jobs.hpp"
#include "app/jobs/reconcile_job.hpp"
#include "app/jobs/upkeep.hpp"
#include "app/observation.hpp"
#include "app/route_table.hpp"
#include "app/settings.hpp"
#include "app/threads_and_pauses.hpp"
#include "app/upstreams.hpp"
#include "base/work_queue.hpp"
#include "guardrails/guardrail_check.hpp"
#include "identity/admins.hpp"
#include "keys/key_parts.hpp"
#include "keys/mint_dispatcher.hpp"
#include "net/http_server.hpp"
#include "setup/setup_link.hpp"
#include "site/site.hpp"
#include "trial/trials.hpp"
#include "webhooks/webhook_courier.hpp"

namespace llmapikey::app {

// What the composition is made from.
struct Given {
    const config::Config& config;
    Setting setting;
    const base::Clock& clock;  // the database's
    Stores stores;
    net::ListenAddress listen;
    std::vector<AddressRange> proxies;
    const Application::PutInFront& put_in_front;
};

// Every part of the running service, with what it is made of. The order of the members is their
// lifetime: a part uses those above it, and is destroyed before them.
class Composition {
public:
    explicit Composition(Given made_from) : given(std::move(made_from)) {
        admins.set_first(settings.state()->first_admin());
        observe_connections(server, metrics);
    }
    Composition(const Composition&) = delete;
    Composition& operator=(const Composition&) = delete;

private:
    Given given;  // its references are used only while the parts are made
    const config::Config& config = given.config;

public:
    const base::Clock& time = given.clock;
    Stores stores = std::move(given.stores);
    JobLeases leases{*stores.leases, time};
    ops::Metrics metrics{route_table().labels()};
    Readiness readiness;  // what /readyz shows

    // Other programs: the provider of keys and models, GitHub, and receivers of webhooks.
    std::unique_ptr<net::HttpClient> http = make_http_client(config);
    std::unique_ptr<SupervisedKeyProvider> provider =
        make_key_provider(config, *http, supervise(traits_of(config), metrics), same_account_as(*stores.admin));
    std::unique_ptr<KeyProvider> background_provider = provider->in_background();
    std::unique_ptr<IdentityProvider> identity = make_identity_provider(config, *http);
    std::unique_ptr<ChatProvider> chat = make_chat_provider(config, *http);
    std::unique_ptr<net::HttpClient> webhook_http = make_webhook_http_client(config);
    WebhookClient webhook_client{*webhook_http, webhook_reach(config)};
    CountedWebhooks counted_webhooks{webhook_client, metrics};

    // Secrets: what is sealed and signed with them.
    Sealers sealers{config};
    base::Sealer attempt_sealer{config.auth_session_secret, "sign-in attempts",
                                config.auth_session_secret_also_accepted};
    base::Sealer answer_sealer{config.key_encryption_secret, "stored answers",
                               config.key_encryption_secret_also_accepted};
    NonceMaker nonces{config.key_encryption_secret, config.key_encryption_secret_also_accepted};
    SessionTokens sessions{config.auth_session_secret, config.auth_session_secret_also_accepted};
    CsrfTokens csrf{config.auth_session_secret, config.auth_session_secret_also_accepted};
    Admins admins{config.admin_github_user_ids};

    // What the product does. Keys are made by `terms`, over which the statements let win what
    // organizers have set; pages show both together by `settings`.
    Terms terms = terms_of(config);
    Settings settings{*stores.settings, setting_defaults(config), *stores.audit, time,
                      [this](const SettingsState& now) { show(now); }};
    bool are_settings_read = true;  // by the last run of the job
    GiveawayBoard giveaway{shown_giveaway(*settings.state())};
    ConcurrencyLimiter limiter{config.mint_concurrency, waiting_minters};
    KeyParts keys{{.keys = *stores.keys,
                   .queue = *stores.queue,
                   .admin = *stores.admin,
                   .replacements = *stores.replacements,
                   .spending = *stores.spending,
                   .audit = *stores.audit,
                   .history = *stores.history,
                   .provider = *provider,
                   .background_provider = *background_provider,
                   .identity = *identity,
                   .sealer = sealers.keys,
                   .nonces = nonces,
                   .limiter = limiter,
                   .clock = time,
                   .call_timeout = config.upstream_timeout,
                   .log = [this](const std::string& message) { note_failure(message); },
                   .on_queued = [this] { jobs.wake("minting"); }}};
    BulkRevoker bulk_revoker{*stores.bulks, *stores.admin,           keys.background_revocation, *stores.audit,
                             time,          config.upstream_timeout, time_to_stop_bulk};
    BulkChanger bulk_changer{change_parts(), time_to_stop_bulk};
    Roster roster{*stores.roster, *identity, *stores.audit, time};
    ApiTokens tokens{*stores.tokens, *stores.audit, time};
    Webhooks webhooks{*stores.webhooks, counted_webhooks, sealers.webhooks, *stores.audit, time};
    Statistics statistics{
        *stores.statistics,          *stores.spending,   *stores.webhooks, *background_provider, time, settings,
        statistics_settings(config), metric_log(metrics)};
    SetupLink setup_link{time};
    SignIn sign_in{*identity, attempt_sealer, time};
    UsageCache usage{*background_provider, *stores.spending, time, config.upstream_timeout};
    GuardrailWatch guardrail{*background_provider, time, is_guarded(config), config.upstream_timeout};
    Trials trials{{trial_concurrency}, *stores.keys, keys.issuance, *chat, time};

    // Work queues: how many threads do what at once. Below what their work uses, so that their
    // threads end first.
    base::WorkQueue database_queue{"database", database_threads(config), waiting_readers_max, wait_max};
    base::WorkQueue upstream_queue{"upstream", upstream_threads, waiting_max};
    base::WorkQueue identity_queue{"identity", identity_threads, waiting_max};
    base::WorkQueue mint_queue{"mint", config.mint_concurrency + waiting_minters, waiting_readers_max};
    base::WorkQueue streaming_pool{"lasting", streaming_threads, waiting_max};
    base::WorkQueue minting_queue{"minting", config.mint_concurrency, waiting_max};
    base::WorkQueue background_queue{"background", background_threads, waiting_max};
    base::WorkQueue webhook_queue{"webhooks", webhook_concurrency, waiting_max};

    // What is served.
    Observation observation{{stores,
                             sealers,
                             !config.key_encryption_secret_also_accepted.empty(),
                             settings,
                             config.postgres_url.empty() ? "sqlite" : "postgres",
                             config.spending_poll,
                             {&database_queue, &upstream_queue, &identity_queue, &mint_queue, &streaming_pool,
                              &minting_queue, &background_queue, &webhook_queue},
                             time,
                             traits_of(config)},
                            metrics};
    Handlers handlers = make_handlers();
    Site site{handlers,
              {settings_of(config, given.setting, *provider), csrf, route_table(), giveaway},
              {time, sessions, admins, tokens, stores.rate_limits.get(), *stores.answers, answer_sealer, metrics},
              OriginResolver(config.public_url, given.proxies),
              config.rate_limit_per_minute};
    std::unique_ptr<net::HttpHandler> front = given.put_in_front ? given.put_in_front(site) : nullptr;
    net::HttpServer server{server_options(config, given.listen, given.proxies),
                           front ? *front : site,
                           {database_queue, upstream_queue, identity_queue, mint_queue, streaming_pool}};

    // What happens in the background.
    Reconciler reconciler{keys.reconciling(),
                          {Repair::fix, false, settle_time(config.upstream_timeout), config.upstream_timeout}};
    GuardrailCheck guardrail_check{*stores.admin,
                                   *stores.statistics,
                                   *background_provider,
                                   background_provider->guardrails(),
                                   time,
                                   {.call_timeout = config.upstream_timeout}};
    ReconcileJob reconcile_job{
        {stores, leases, metrics, reconciler, time, [this](const std::string& message) { note_failure(message); },
         [this](ReconcileReport& report, const std::stop_token& stop) { check_guardrail(report, stop); },
         std::string(provider->traits().name)},
        config.reconcile_every,
        describe_database(config)};
    MintDispatcher dispatcher{
        *stores.keys, *stores.queue, keys.issuance, limiter, minting_queue, time, [this](const std::string& message) {
            note_failure(message);
        }};
    WebhookCourier webhook_courier{
        *stores.webhooks, counted_webhooks, sealers.webhooks, webhook_queue, time, [this] { jobs.wake("webhooks"); }};
    Upkeep upkeep{stores, time};
    Jobs jobs{table_of_jobs(), leases, metrics, [this](const std::string& message) { note_failure(message); }};

private:
    BulkChangeParts change_parts();
    Handlers make_handlers();
    std::vector<Job> table_of_jobs();

    void show(const SettingsState& now);
    JobRun follow_settings();
    JobRun finish_recovery(const Recovered& recovered);
    void check_guardrail(ReconcileReport& report, const std::stop_token& stop);
    // For the log, and for the console's recent failures; takes no time of whoever met the failure.
    void note_failure(const std::string& message);
};

}  // namespace llmapikey::app
