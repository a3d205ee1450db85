#include "web/routes.hpp"

namespace llmapikey::web {
namespace {

using enum net::Executor;

// The whole surface of the program: who may call what, and what protects it.
constexpr Route table[] = {
    {"GET", "/", Access::anyone, Csrf::not_needed, Limit::none, io, io, landing_page},
    {"GET", "/docs", Access::anyone, Csrf::not_needed, Limit::none, database, io, docs_page},
    {"GET", "/dashboard", Access::anyone, Csrf::not_needed, Limit::none, database, io, dashboard_page},
    {"POST", "/dashboard/key", Access::session, Csrf::required, Limit::shared, mint, io, generate_key},
    {"POST", "/dashboard/key/rotate", Access::session, Csrf::required, Limit::shared, mint, io, rotate_key},
    {"POST", "/dashboard/key/give-back", Access::session, Csrf::required, Limit::shared, mint, io, give_back_key},
    {"POST", "/dashboard/try", Access::session, Csrf::required, Limit::per_client, lasting, io, try_key},
    {"GET", "/auth/login", Access::anyone, Csrf::not_needed, Limit::per_client, io, io, start_sign_in},
    {"GET", "/auth/callback", Access::anyone, Csrf::not_needed, Limit::per_client, identity, identity, finish_sign_in},
    {"POST", "/auth/sign-out", Access::anyone, Csrf::required, Limit::per_client, io, io, sign_out},
    {"GET", "/admin", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_list},
    {"POST", "/admin/search", Access::admin, Csrf::required, Limit::per_client, database, database, admin_search},
    {"GET", "/admin/audit", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_audit},
    {"GET", "/admin/accounts/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_account},
    {"POST", "/admin/accounts/{id}/lift", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_lift_hold},
    {"POST", "/admin/keys", Access::admin, Csrf::required, Limit::per_client, upstream, upstream, admin_mint},
    {"POST", "/admin/keys/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     admin_revoke},
    {"POST", "/admin/keys/{id}/change", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     admin_change},
    {"POST", "/admin/keys/{id}/reveal", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_reveal},
    {"GET", "/admin/revocations", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_bulk_list},
    {"GET", "/admin/revocations/new", Access::admin, Csrf::not_needed, Limit::none, database, database,
     admin_bulk_confirm},
    {"POST", "/admin/revocations", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_bulk_begin},
    {"GET", "/admin/revocations/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database,
     admin_bulk_progress},
    {"POST", "/admin/revocations/{id}/stop", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_bulk_stop},
    {"GET", "/admin/overview", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_overview},
    {"GET", "/admin/audit/export", Access::admin, Csrf::not_needed, Limit::none, database, database,
     admin_audit_export},
    {"GET", "/admin/tokens", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_tokens},
    {"POST", "/admin/tokens", Access::admin, Csrf::required, Limit::per_client, database, database, admin_token_create},
    {"POST", "/admin/tokens/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_token_revoke},
    {"GET", "/admin/webhooks", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_webhooks},
    {"POST", "/admin/webhooks", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_webhook_add},
    {"POST", "/admin/webhooks/{id}/remove", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_webhook_remove},
    {"POST", "/admin/webhooks/{id}/test", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_webhook_test},
    {"POST", "/admin/webhooks/{id}/secret", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_webhook_rotate},
    {"POST", "/admin/deliveries/{id}/resend", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_delivery_resend},
    {"GET", "/openapi.json", Access::anyone, Csrf::not_needed, Limit::none, io, io, openapi_document},
    {"GET", "/api/v1/me", Access::session, Csrf::not_needed, Limit::none, database, io, api_me},
    {"GET", "/api/v1/me/key", Access::session, Csrf::not_needed, Limit::none, database, io, api_own_key},
    {"POST", "/api/v1/me/key", Access::session, Csrf::required, Limit::shared, mint, io, api_generate},
    {"DELETE", "/api/v1/me/key", Access::session, Csrf::required, Limit::shared, mint, io, api_give_back},
    {"POST", "/api/v1/me/key/rotate", Access::session, Csrf::required, Limit::shared, mint, io, api_rotate},
    {"GET", "/api/v1/overview", Access::admin, Csrf::not_needed, Limit::none, database, database, api_overview,
     ApiScope::read},
    {"GET", "/api/v1/keys", Access::admin, Csrf::not_needed, Limit::none, database, database, api_keys, ApiScope::read},
    {"POST", "/api/v1/keys", Access::admin, Csrf::required, Limit::per_client, upstream, upstream, api_mint,
     ApiScope::write},
    {"POST", "/api/v1/keys/search", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_key_search, ApiScope::read},
    {"GET", "/api/v1/keys/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database, api_key,
     ApiScope::read},
    {"PATCH", "/api/v1/keys/{id}", Access::admin, Csrf::required, Limit::per_client, upstream, upstream, api_change,
     ApiScope::write},
    {"POST", "/api/v1/keys/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     api_revoke, ApiScope::write},
    {"POST", "/api/v1/keys/{id}/reveal", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_reveal, ApiScope::reveal},
    {"GET", "/api/v1/accounts/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database, api_account,
     ApiScope::read},
    {"PUT", "/api/v1/accounts/{id}/hold", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_set_hold, ApiScope::write},
    {"DELETE", "/api/v1/accounts/{id}/hold", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_lift_hold, ApiScope::write},
    {"GET", "/api/v1/revocations", Access::admin, Csrf::not_needed, Limit::none, database, database, api_bulk_list,
     ApiScope::read},
    {"POST", "/api/v1/revocations", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_bulk_begin, ApiScope::write},
    {"GET", "/api/v1/revocations/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database, api_bulk,
     ApiScope::read},
    {"POST", "/api/v1/revocations/{id}/stop", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_bulk_stop, ApiScope::write},
    {"GET", "/api/v1/audit", Access::admin, Csrf::not_needed, Limit::none, database, database, api_audit,
     ApiScope::read},
    {"GET", "/api/v1/tokens", Access::admin, Csrf::not_needed, Limit::none, database, database, api_tokens,
     ApiScope::none},
    {"POST", "/api/v1/tokens", Access::admin, Csrf::required, Limit::per_client, database, database, api_token_create,
     ApiScope::none},
    {"DELETE", "/api/v1/tokens/{id}", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_token_revoke, ApiScope::none},
    {"GET", "/api/v1/webhooks", Access::admin, Csrf::not_needed, Limit::none, database, database, api_webhooks,
     ApiScope::read},
    {"POST", "/api/v1/webhooks", Access::admin, Csrf::required, Limit::per_client, database, database, api_webhook_add,
     ApiScope::write},
    {"DELETE", "/api/v1/webhooks/{id}", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_webhook_remove, ApiScope::write},
    {"POST", "/api/v1/webhooks/{id}/test", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_webhook_test, ApiScope::write},
    {"POST", "/api/v1/webhooks/{id}/secret", Access::admin, Csrf::required, Limit::per_client, database, database,
     api_webhook_rotate, ApiScope::write},
    {"GET", "/api/v1/webhook-deliveries", Access::admin, Csrf::not_needed, Limit::none, database, database,
     api_deliveries, ApiScope::read},
    {"POST", "/api/v1/webhook-deliveries/{id}/resend", Access::admin, Csrf::required, Limit::per_client, database,
     database, api_delivery_resend, ApiScope::write},
    {"GET", "/healthz", Access::anyone, Csrf::not_needed, Limit::none, io, io, health},
    {"GET", "/readyz", Access::anyone, Csrf::not_needed, Limit::none, database, database, readiness},
    {"GET", "/metrics", Access::operator_, Csrf::not_needed, Limit::none, database, database, metrics_text},
    {"GET", "/robots.txt", Access::anyone, Csrf::not_needed, Limit::none, io, io, robots_text},
};

}  // namespace

std::span<const Route> routes() {
    return table;
}

std::vector<std::string> route_labels() {
    std::vector<std::string> labels{"other"};
    for (const Route& route : table)
        labels.emplace_back(route.path);
    return labels;
}

std::size_t route_number(const Route* route) {
    return route == nullptr ? 0 : 1 + static_cast<std::size_t>(route - table);
}

}  // namespace llmapikey::web
