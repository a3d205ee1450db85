#include "app/composition.hpp"

#include "ops/log.hpp"

namespace llmapikey::app {
namespace {

JobRun run_of(const std::string& failure, AfterJob next = AfterJob::pause) {
    if (failure.empty()) return {next, {}};
    return {next, {failure}};
}

}  // namespace

BulkChangeParts Composition::change_parts() {
    return {.changes = *stores.changes,
            .grants = *stores.admin,
            .keys = *stores.keys,
            .replacement = keys.background_replacement,
            .provider = *background_provider,
            .audit = *stores.audit,
            .clock = time,
            .terms = terms,
            .call_timeout = config.upstream_timeout};
}

// Each handler with the services that it names.
Handlers Composition::make_handlers() {
    const PeoplePage people{time, *stores.admin, *stores.keys, settings, *stores.people, roster, *stores.activity};
    return {.pages = {guardrail, *stores.keys, keys.issuance},
            .documents = {guardrail},
            .dashboard = {usage, background_queue, time, keys.issuance, *stores.queue, guardrail, *stores.keys,
                          settings, provider->traits().suggested_models},
            .own_key = {metrics, usage, time, keys.issuance, keys.own_key, terms},
            .trial = {trials, usage, time, background_queue},
            .sign_in = {sign_in, metrics, background_queue, *stores.keys, sessions, time},
            .people = people,
            .key_search = {*stores.admin, keys.issuance},
            .activity_page = {*stores.audit, *stores.admin, *stores.activity},
            .person = {people, *stores.roster, roster, *stores.admin, *stores.keys, time, keys.administration,
                       keys.revocation, terms, *stores.spending},
            .bulk_pages = {*stores.admin, time, bulk_revoker, people, *stores.bulks},
            .change_pages = {*stores.admin, time, bulk_changer, people, *stores.changes},
            .overview_page = {settings, *stores.statistics, *stores.roster, time},
            .settings_page = {settings, *stores.keys, time},
            .setup = {setup_link, settings, admins},
            .tokens_page = {*stores.tokens, time, tokens},
            .webhooks_page = {*stores.webhooks, time, webhooks},
            .own_account = {usage, background_queue, *stores.keys, time, keys.issuance},
            .overview = {*stores.statistics, settings, time},
            .keys = {*stores.admin, *stores.keys, time, keys.administration, keys.revocation, terms},
            .people_api = {time, *stores.people},
            .bulk = {bulk_revoker, *stores.bulks, *stores.admin, time},
            .changes = {bulk_changer, *stores.changes},
            .audit = {*stores.admin, *stores.audit},
            .settings = {settings},
            .tokens = {*stores.tokens, tokens},
            .webhooks = {*stores.webhooks, webhooks, time},
            .operators = {readiness, time, *stores.keys, metrics}};
}

// Without a management key nothing can be asked of the provider, and the jobs that ask it are not
// wanted.
std::vector<Job> Composition::table_of_jobs() {
    constexpr base::Seconds each{0};  // no lease: each process does it
    constexpr auto yes = Counted::each_run, no = Counted::never;
    constexpr auto always = Wanted::yes;
    constexpr auto later = FirstRun::after_pause, at_once = FirstRun::at_once;
    const auto wanted_if = [](bool is_wanted) { return is_wanted ? Wanted::yes : Wanted::no; };
    const bool has_provider = !config.provider.management_key.empty();
    const auto asks = wanted_if(has_provider);
    const auto reconciles = wanted_if(has_provider && config.reconcile_every.count() > 0);
    const auto guards = wanted_if(has_provider && guardrail.is_configured());
    const base::Seconds timeout = config.upstream_timeout;
    return {
        {"recovery", recovery_pause, each, yes, asks, later,
         [this, timeout](const auto& stop) { return finish_recovery(keys.recovery.finish(timeout, stop)); }},
        // By itself: it may have to read much of the provider's list, and nothing else is to wait.
        {"settling", recovery_pause, each, yes, asks, later,
         [this](const auto& stop) { return finish_recovery(keys.recovery.settle(stop)); }},
        {"minting", minting_pause, each, no, asks, later,
         [this](const auto& stop) {
             return JobRun{dispatcher.run_once(terms, stop) ? AfterJob::go_on : AfterJob::pause};
         }},
        // Takes its lease, counts and reports by itself, once it is due.
        {"reconcile", reconcile_pause, each, Counted::by_itself, reconciles, later,
         [this](const auto& stop) { return reconcile_job.run_if_due(stop), JobRun{}; }},
        {"bulk", operations_pause, base::Seconds{20}, yes, asks, later,
         [this](const auto& stop) {
             const std::string failure = bulk_revoker.run_once(stop);
             return run_of(failure, bulk_revoker.is_busy() ? AfterJob::go_on : AfterJob::pause);
         }},
        {"changes", operations_pause, BulkChanger::lease(timeout), yes, asks, later,
         [this](const auto& stop) {
             const std::string failure = bulk_changer.run_once(stop);
             return run_of(failure, bulk_changer.is_busy() ? AfterJob::go_on : AfterJob::pause);
         }},
        {"roster", roster_pause, base::Seconds{120}, yes, always, later,
         [this](const auto& stop) { return run_of(roster.resolve_some(stop)); }},
        {"webhooks", operations_pause, base::Seconds{60}, yes, always, later,
         [this](const auto& stop) { return run_of(webhook_courier.run_once(stop)); }},
        {"statistics", statistics_pause, base::Seconds{120}, yes, asks, later,
         [this](const auto& stop) {
             const std::string failure = statistics.run_once(stop);
             observation.note_reencryption();
             return run_of(failure);
         }},
        // So that what was set in another replica, or by a command, is shown here.
        {"settings", settings_pause, each, no, always, later, [this](const auto&) { return follow_settings(); }},
        {"probe", probe_pause, each, no, asks, later, [this](const auto&) { return provider->probe(), JobRun{}; }},
        {"guardrail", guardrail_pause, each, no, guards, at_once,
         [this](const auto&) {
             const auto changed = guardrail.refresh_if_due();
             if (changed && *changed) site.refresh_pages();
             return run_of(changed ? "" : changed.error().detail);
         }},
        {"upkeep", upkeep_pause, each, no, always, later, [this](const auto&) { return upkeep.run_once(), JobRun{}; }},
    };
}

void Composition::show(const SettingsState& now) {
    admins.set_first(now.first_admin());
    if (now.first_admin()) setup_link.end();  // for good, also if there is none again
    giveaway.show(shown_giveaway(now));
    site.refresh_pages();
}

// While the database is away one line says so, and not one a second.
JobRun Composition::follow_settings() {
    const auto read = settings.read();
    const bool is_news = !read && are_settings_read;
    are_settings_read = read.has_value();
    return run_of(is_news ? read.error().detail : "");
}

JobRun Composition::finish_recovery(const Recovered& recovered) {
    if (recovered.settled > 0) jobs.wake("minting");
    if (recovered.settled + recovered.revoked + recovered.replaced + recovered.synchronized > 0) {
        ops::log(ops::LogLevel::info, "recovered what was interrupted",
                 {{"settled", std::to_string(recovered.settled)},
                  {"revoked", std::to_string(recovered.revoked)},
                  {"replaced", std::to_string(recovered.replaced)},
                  {"synchronized", std::to_string(recovered.synchronized)}});
    }
    return {AfterJob::pause, recovered.failures};
}

void Composition::check_guardrail(ReconcileReport& report, const std::stop_token& stop) {
    if (!guardrail.is_configured()) return;
    const std::string failure = guardrail_check.run(report, stop);
    metrics.count_job("guardrail", failure.empty());
    if (!failure.empty()) note_failure("guardrail: " + failure);
}

void Composition::note_failure(const std::string& message) {
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

}  // namespace llmapikey::app
