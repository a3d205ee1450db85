#include "app/route_table.hpp"

#include <algorithm>

#include "http/answers/error_response.hpp"
#include "http/form.hpp"

namespace llmapikey::app {
namespace {
using enum net::Executor;

template <auto Group, auto Handle>
net::Response call(const Handlers& handlers, const Context& context) {
    return (handlers.*Group.*Handle)(context);
}

template <auto Group, auto IsStillGood>
base::Result<bool> check(const Handlers& handlers, const Context& context, const boost::json::object& answer,
                         const base::Secret& shown) {
    return (handlers.*Group.*IsStillGood)(context, answer, shown);
}

// The console begins with the overview. Before, it began with the list of keys: links to a search
// go on to show what was searched for.
net::Response show_console(const Handlers& handlers, const Context& context) {
    const bool is_search = std::ranges::any_of(Form(context.request.query).take(), [](const auto& field) {
        return !OverviewPage::is_own_field(field.first, field.second);
    });
    return is_search ? handlers.people.show(context) : handlers.overview_page.show(context);
}

// Earlier addresses of pages of the console.
net::Response move_to_overview(const Handlers&, const Context&) {
    return redirect(308, "/admin");
}

net::Response move_to_activity(const Handlers&, const Context& context) {
    const std::string query(context.request.query);
    return redirect(308, "/admin/activity" + (query.empty() ? "" : "?" + query));
}

net::Response move_to_person(const Handlers&, const Context& context) {
    const auto id = GithubUserId::parse(context.path_id);
    if (!id) return error_response(context, 404);
    const std::string query(context.request.query);
    return redirect(308, "/admin/people/" + id->text() + (query.empty() ? "" : "?" + query));
}

constexpr ShownSecret own_key_shown{"key", check<&Handlers::own_account, &OwnAccountRoutes::is_current>,
                                    "The key is gone",
                                    "The key that this request returned has been revoked or replaced since."};
constexpr ShownSecret token_shown{"token", check<&Handlers::tokens, &TokenRoutes::may_show_again>, "The token is gone",
                                  "The token that this request made has expired or been revoked since."};
constexpr ShownSecret webhook_secret_shown{"secret", check<&Handlers::webhooks, &WebhookRoutes::may_show_again>,
                                           "The secret is gone",
                                           "The endpoint has been removed, or has a new secret since."};

// The whole surface of the program: who may call what, and what protects it.
constexpr Route table[] = {
    {"GET", "/", Access::anyone, Csrf::not_needed, Limit::none, io, io, call<&Handlers::pages, &PublicPages::landing>},
    {"GET", "/docs", Access::anyone, Csrf::not_needed, Limit::none, database, io,
     call<&Handlers::pages, &PublicPages::docs>},
    {"GET", "/docs/{id}", Access::anyone, Csrf::not_needed, Limit::none, database, io,
     call<&Handlers::documents, &DocumentPages::show>},
    {"GET", "/dashboard", Access::anyone, Csrf::not_needed, Limit::none, database, io,
     call<&Handlers::dashboard, &DashboardPage::show>},
    {"POST", "/dashboard/key", Access::session, Csrf::required, Limit::shared, mint, io,
     call<&Handlers::own_key, &OwnKeyRoutes::create>, ApiScope::none, Kind::usual, own_key_error},
    {"POST", "/dashboard/key/rotate", Access::session, Csrf::required, Limit::shared, mint, io,
     call<&Handlers::own_key, &OwnKeyRoutes::replace>, ApiScope::none, Kind::usual, own_key_error},
    {"POST", "/dashboard/key/give-back", Access::session, Csrf::required, Limit::shared, mint, io,
     call<&Handlers::own_key, &OwnKeyRoutes::give_back>},
    {"POST", "/dashboard/try", Access::session, Csrf::required, Limit::per_client, lasting, io,
     call<&Handlers::trial, &TrialRoutes::ask>},
    {"GET", "/auth/login", Access::anyone, Csrf::not_needed, Limit::per_client, io, io,
     call<&Handlers::sign_in, &SignInRoutes::start>, ApiScope::none, Kind::sign_in},
    {"GET", "/auth/callback", Access::anyone, Csrf::not_needed, Limit::per_client, identity, identity,
     call<&Handlers::sign_in, &SignInRoutes::finish>},
    {"POST", "/auth/sign-out", Access::anyone, Csrf::required, Limit::per_client, io, io,
     call<&Handlers::sign_in, &SignInRoutes::sign_out>},
    {"POST", "/language", Access::anyone, Csrf::required, Limit::per_client, io, io,
     call<&Handlers::pages, &PublicPages::choose_language>},
    {"GET", setup_path, Access::anyone, Csrf::not_needed, Limit::per_client, database, database,
     call<&Handlers::setup, &SetupPage::show>},
    {"POST", setup_path, Access::anyone, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::setup, &SetupPage::confirm>},
    {"GET", "/admin", Access::admin, Csrf::not_needed, Limit::none, database, database, show_console},
    {"GET", "/admin/people", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::people, &PeoplePage::show>},
    {"POST", "/admin/people", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::people, &PeoplePage::add>},
    {"GET", "/admin/people/export", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::people, &PeoplePage::download>},
    {"POST", "/admin/search", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::key_search, &KeySearchRoutes::search_page>},
    {"GET", "/admin/activity", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::activity_page, &ActivityPage::show>},
    {"GET", "/admin/audit", Access::admin, Csrf::not_needed, Limit::none, database, database, move_to_activity},
    {"GET", "/admin/people/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::person, &PersonPage::show>},
    {"POST", "/admin/people/{id}/lift", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::person, &PersonPage::lift_hold>},
    {"POST", "/admin/people/{id}/remove", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::person, &PersonPage::remove>},
    {"GET", "/admin/accounts/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database, move_to_person},
    {"POST", "/admin/keys", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::person, &PersonPage::mint>},
    {"POST", "/admin/keys/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::person, &PersonPage::revoke>},
    {"POST", "/admin/keys/{id}/change", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::person, &PersonPage::change>},
    {"POST", "/admin/keys/{id}/reveal", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::person, &PersonPage::reveal>},
    {"GET", "/admin/revocations", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::bulk_pages, &BulkPages::list>},
    {"GET", "/admin/revocations/new", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::bulk_pages, &BulkPages::confirm>},
    {"POST", "/admin/revocations", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::bulk_pages, &BulkPages::begin>},
    {"GET", "/admin/revocations/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::bulk_pages, &BulkPages::progress>},
    {"POST", "/admin/revocations/{id}/stop", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::bulk_pages, &BulkPages::stop>},
    {"GET", "/admin/changes", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::change_pages, &ChangePages::list>},
    {"GET", "/admin/changes/new", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::change_pages, &ChangePages::confirm>},
    {"POST", "/admin/changes", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::change_pages, &ChangePages::begin>},
    {"GET", "/admin/changes/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::change_pages, &ChangePages::progress>},
    {"POST", "/admin/changes/{id}/stop", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::change_pages, &ChangePages::stop>},
    {"POST", "/admin/changes/{id}/retry", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::change_pages, &ChangePages::retry>},
    {"GET", "/admin/overview", Access::admin, Csrf::not_needed, Limit::none, database, database, move_to_overview},
    {"GET", "/admin/audit/export", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::activity_page, &ActivityPage::download>},
    {"GET", "/admin/docs", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::documents, &DocumentPages::list_for_organizers>},
    {"GET", "/admin/docs/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::documents, &DocumentPages::show_to_organizers>},
    {"GET", "/admin/settings", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::settings_page, &SettingsPage::show>},
    {"POST", "/admin/settings", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::settings_page, &SettingsPage::save>},
    {"POST", "/admin/settings/pause", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::settings_page, &SettingsPage::pause>},
    {"POST", "/admin/settings/resume", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::settings_page, &SettingsPage::resume>},
    {"GET", "/admin/tokens", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::tokens_page, &TokensPage::show>},
    {"POST", "/admin/tokens", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::tokens_page, &TokensPage::create>},
    {"POST", "/admin/tokens/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::tokens_page, &TokensPage::revoke>},
    {"GET", "/admin/webhooks", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::webhooks_page, &WebhooksPage::show>},
    {"POST", "/admin/webhooks", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks_page, &WebhooksPage::add>},
    {"POST", "/admin/webhooks/{id}/remove", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks_page, &WebhooksPage::remove>},
    {"POST", "/admin/webhooks/{id}/test", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks_page, &WebhooksPage::test>},
    {"POST", "/admin/webhooks/{id}/secret", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks_page, &WebhooksPage::replace_secret>},
    {"POST", "/admin/deliveries/{id}/resend", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks_page, &WebhooksPage::resend>},
    {"GET", "/openapi.json", Access::anyone, Csrf::not_needed, Limit::none, io, io,
     call<&Handlers::pages, &PublicPages::openapi>},
    {"GET", "/api/v1/me", Access::session, Csrf::not_needed, Limit::none, database, io,
     call<&Handlers::own_account, &OwnAccountRoutes::show>},
    {"GET", "/api/v1/me/key", Access::session, Csrf::not_needed, Limit::none, database, io,
     call<&Handlers::own_account, &OwnAccountRoutes::show_key>},
    {"POST", "/api/v1/me/key", Access::session, Csrf::required, Limit::shared, mint, io,
     call<&Handlers::own_key, &OwnKeyRoutes::create>, ApiScope::none, Kind::usual, nullptr, &own_key_shown},
    {"DELETE", "/api/v1/me/key", Access::session, Csrf::required, Limit::shared, mint, io,
     call<&Handlers::own_key, &OwnKeyRoutes::give_back>},
    {"POST", "/api/v1/me/key/rotate", Access::session, Csrf::required, Limit::shared, mint, io,
     call<&Handlers::own_key, &OwnKeyRoutes::replace>, ApiScope::none, Kind::usual, nullptr, &own_key_shown},
    {"GET", "/api/v1/overview", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::overview, &OverviewRoutes::show>, ApiScope::read},
    {"GET", "/api/v1/keys", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::keys, &KeyRoutes::list>, ApiScope::read},
    {"GET", "/api/v1/people", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::people_api, &PeopleRoutes::list>, ApiScope::read},
    {"POST", "/api/v1/keys", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::keys, &KeyRoutes::mint>, ApiScope::write},
    {"POST", "/api/v1/keys/search", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::key_search, &KeySearchRoutes::search>, ApiScope::read},
    {"GET", "/api/v1/keys/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::keys, &KeyRoutes::show>, ApiScope::read},
    {"PATCH", "/api/v1/keys/{id}", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::keys, &KeyRoutes::change>, ApiScope::write},
    {"POST", "/api/v1/keys/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     call<&Handlers::keys, &KeyRoutes::revoke>, ApiScope::write},
    {"POST", "/api/v1/keys/{id}/reveal", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::keys, &KeyRoutes::reveal>, ApiScope::reveal, Kind::recorded_always},
    {"GET", "/api/v1/accounts/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::keys, &KeyRoutes::show_account>, ApiScope::read},
    {"PUT", "/api/v1/accounts/{id}/hold", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::keys, &KeyRoutes::set_hold>, ApiScope::write},
    {"DELETE", "/api/v1/accounts/{id}/hold", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::keys, &KeyRoutes::lift_hold>, ApiScope::write},
    {"GET", "/api/v1/revocations", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::bulk, &BulkRoutes::list>, ApiScope::read},
    {"POST", "/api/v1/revocations", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::bulk, &BulkRoutes::begin>, ApiScope::write},
    {"GET", "/api/v1/revocations/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::bulk, &BulkRoutes::show>, ApiScope::read},
    {"POST", "/api/v1/revocations/{id}/stop", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::bulk, &BulkRoutes::stop>, ApiScope::write},
    {"GET", "/api/v1/changes", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::changes, &ChangeRoutes::list>, ApiScope::read},
    {"POST", "/api/v1/changes", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::changes, &ChangeRoutes::begin>, ApiScope::write},
    {"GET", "/api/v1/changes/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::changes, &ChangeRoutes::show>, ApiScope::read},
    {"POST", "/api/v1/changes/{id}/stop", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::changes, &ChangeRoutes::stop>, ApiScope::write},
    {"POST", "/api/v1/changes/{id}/retry", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::changes, &ChangeRoutes::retry>, ApiScope::write},
    {"GET", "/api/v1/audit", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::audit, &AuditRoutes::list>, ApiScope::read},
    {"GET", "/api/v1/settings", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::settings, &SettingsRoutes::show>, ApiScope::read},
    {"PATCH", "/api/v1/settings", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::settings, &SettingsRoutes::change>, ApiScope::write},
    {"GET", "/api/v1/tokens", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::tokens, &TokenRoutes::list>},
    {"POST", "/api/v1/tokens", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::tokens, &TokenRoutes::create>, ApiScope::none, Kind::usual, nullptr, &token_shown},
    {"DELETE", "/api/v1/tokens/{id}", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::tokens, &TokenRoutes::revoke>},
    {"GET", "/api/v1/webhooks", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::webhooks, &WebhookRoutes::list>, ApiScope::read},
    {"POST", "/api/v1/webhooks", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks, &WebhookRoutes::add>, ApiScope::write, Kind::usual, nullptr, &webhook_secret_shown},
    {"DELETE", "/api/v1/webhooks/{id}", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks, &WebhookRoutes::remove>, ApiScope::write},
    {"POST", "/api/v1/webhooks/{id}/test", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks, &WebhookRoutes::test>, ApiScope::write},
    {"POST", "/api/v1/webhooks/{id}/secret", Access::admin, Csrf::required, Limit::per_client, database, database,
     call<&Handlers::webhooks, &WebhookRoutes::replace_secret>, ApiScope::write, Kind::usual, nullptr,
     &webhook_secret_shown},
    {"GET", "/api/v1/webhook-deliveries", Access::admin, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::webhooks, &WebhookRoutes::list_deliveries>, ApiScope::read},
    {"POST", "/api/v1/webhook-deliveries/{id}/resend", Access::admin, Csrf::required, Limit::per_client, database,
     database, call<&Handlers::webhooks, &WebhookRoutes::resend>, ApiScope::write},
    {"GET", "/healthz", Access::anyone, Csrf::not_needed, Limit::none, io, io,
     call<&Handlers::operators, &OperatorRoutes::health>, ApiScope::none, Kind::probe},
    {"GET", "/readyz", Access::anyone, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::operators, &OperatorRoutes::check_readiness>, ApiScope::none, Kind::probe},
    {"GET", "/metrics", Access::operator_, Csrf::not_needed, Limit::none, database, database,
     call<&Handlers::operators, &OperatorRoutes::metrics_text>, ApiScope::none, Kind::probe},
    {"GET", "/robots.txt", Access::anyone, Csrf::not_needed, Limit::none, io, io,
     call<&Handlers::operators, &OperatorRoutes::robots>},
};

}  // namespace

RouteTable route_table() {
    return {table, route_fields()};
}

}  // namespace llmapikey::app
