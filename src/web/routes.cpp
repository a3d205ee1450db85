#include "web/routes.hpp"

namespace llmapikey::web {
namespace {

using enum net::Executor;

// The whole surface of the program: who may call what, and what protects it.
constexpr Route table[] = {
    {"GET", "/", Access::anyone, Csrf::not_needed, Limit::none, io, io, landing_page},
    {"GET", "/docs", Access::anyone, Csrf::not_needed, Limit::none, database, io, docs_page},
    {"GET", "/dashboard", Access::anyone, Csrf::not_needed, Limit::none, database, io, dashboard_page},
    {"POST", "/dashboard/key", Access::session, Csrf::required, Limit::shared, upstream, io, generate_key},
    {"GET", "/auth/login", Access::anyone, Csrf::not_needed, Limit::per_client, io, io, start_sign_in},
    {"GET", "/auth/callback", Access::anyone, Csrf::not_needed, Limit::per_client, upstream, upstream, finish_sign_in},
    {"POST", "/auth/sign-out", Access::anyone, Csrf::required, Limit::per_client, io, io, sign_out},
    {"GET", "/admin", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_list},
    {"GET", "/admin/audit", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_audit},
    {"GET", "/admin/accounts/{id}", Access::admin, Csrf::not_needed, Limit::none, database, database, admin_account},
    {"POST", "/admin/accounts/{id}/lift", Access::admin, Csrf::required, Limit::per_client, database, database,
     admin_lift_hold},
    {"POST", "/admin/keys", Access::admin, Csrf::required, Limit::per_client, upstream, upstream, admin_mint},
    {"POST", "/admin/keys/{id}/revoke", Access::admin, Csrf::required, Limit::per_client, upstream, upstream,
     admin_revoke},
    {"GET", "/healthz", Access::anyone, Csrf::not_needed, Limit::none, io, io, health},
    {"GET", "/readyz", Access::anyone, Csrf::not_needed, Limit::none, database, database, readiness},
    {"GET", "/metrics", Access::operator_, Csrf::not_needed, Limit::none, database, database, metrics_text},
    {"GET", "/robots.txt", Access::anyone, Csrf::not_needed, Limit::none, io, io, robots_text},
};

}  // namespace

std::span<const Route> routes() {
    return table;
}

}  // namespace llmapikey::web
