#pragma once

#include <span>
#include <string_view>

#include "web/context.hpp"

namespace llmapikey::web {

enum class Access {
    anyone,
    session,    // 401 without one
    admin,      // on the allowlist; to everybody else there is no such path
    operator_,  // not through a proxy: 404 to requests that carry X-Forwarded-For or Forwarded
};

enum class Csrf {
    not_needed,  // changes nothing
    required,    // same-origin evidence or a token of the session
};

enum class Limit {
    none,
    per_client,  // counts against RATE_LIMIT_PER_MINUTE
    shared,      // as per_client, and once more over all replicas together; asks the database
};

// What a token needs for a route of the JSON API. In person an admin may do all.
enum class ApiScope {
    none,  // not with a token
    read,
    write,
    reveal,
};

using Handler = net::Response (*)(const Services&, const Context&);

struct Route {
    std::string_view method;
    std::string_view path;  // exact but for one segment that may be "{id}"
    Access access;
    Csrf csrf;
    Limit limit;
    net::Executor executor;            // for a request with a session cookie
    net::Executor anonymous_executor;  // for one without
    Handler handler;
    ApiScope scope = ApiScope::none;
};

// Every route but the assets, which are a table of their own. Anything else is 404.
std::span<const Route> routes();
// What /metrics calls the routes, by route_number().
std::vector<std::string> route_labels();
// 0: of no known path.
std::size_t route_number(const Route* route);

// pages.cpp
net::Response landing_page(const Services&, const Context&);
net::Response docs_page(const Services&, const Context&);
// dashboard_page.cpp
net::Response dashboard_page(const Services&, const Context&);
// sign_in_routes.cpp
net::Response start_sign_in(const Services&, const Context&);
net::Response finish_sign_in(const Services&, const Context&);
net::Response sign_out(const Services&, const Context&);
// key_routes.cpp
net::Response generate_key(const Services&, const Context&);
net::Response rotate_key(const Services&, const Context&);
net::Response give_back_key(const Services&, const Context&);
// An error of POST /dashboard/key as its contract words it.
net::Response key_error_response(const Services&, const Context&, int status, base::Seconds retry_after);
// try_routes.cpp
net::Response try_key(const Services&, const Context&);
// admin_routes.cpp
net::Response admin_list(const Services&, const Context&);
net::Response admin_account(const Services&, const Context&);
net::Response admin_audit(const Services&, const Context&);
net::Response admin_mint(const Services&, const Context&);
net::Response admin_revoke(const Services&, const Context&);
net::Response admin_lift_hold(const Services&, const Context&);
net::Response admin_change(const Services&, const Context&);
net::Response admin_reveal(const Services&, const Context&);
// admin_search_routes.cpp
net::Response admin_search(const Services&, const Context&);
net::Response api_key_search(const Services&, const Context&);
// admin_bulk_routes.cpp
net::Response admin_bulk_list(const Services&, const Context&);
net::Response admin_bulk_confirm(const Services&, const Context&);
net::Response admin_bulk_begin(const Services&, const Context&);
net::Response admin_bulk_stop(const Services&, const Context&);
net::Response admin_bulk_progress(const Services&, const Context&);
// admin_overview_routes.cpp
net::Response admin_overview(const Services&, const Context&);
net::Response admin_audit_export(const Services&, const Context&);
// admin_access_routes.cpp
net::Response admin_tokens(const Services&, const Context&);
net::Response admin_token_create(const Services&, const Context&);
net::Response admin_token_revoke(const Services&, const Context&);
net::Response admin_webhooks(const Services&, const Context&);
net::Response admin_webhook_add(const Services&, const Context&);
net::Response admin_webhook_remove(const Services&, const Context&);
net::Response admin_webhook_test(const Services&, const Context&);
net::Response admin_webhook_rotate(const Services&, const Context&);
net::Response admin_delivery_resend(const Services&, const Context&);
// api_own_routes.cpp
net::Response openapi_document(const Services&, const Context&);
net::Response api_me(const Services&, const Context&);
net::Response api_own_key(const Services&, const Context&);
net::Response api_generate(const Services&, const Context&);
net::Response api_rotate(const Services&, const Context&);
net::Response api_give_back(const Services&, const Context&);
// api_key_routes.cpp
net::Response api_keys(const Services&, const Context&);
net::Response api_key(const Services&, const Context&);
net::Response api_mint(const Services&, const Context&);
net::Response api_change(const Services&, const Context&);
net::Response api_revoke(const Services&, const Context&);
net::Response api_reveal(const Services&, const Context&);
net::Response api_account(const Services&, const Context&);
net::Response api_set_hold(const Services&, const Context&);
net::Response api_lift_hold(const Services&, const Context&);
// api_operation_routes.cpp
net::Response api_overview(const Services&, const Context&);
net::Response api_bulk_list(const Services&, const Context&);
net::Response api_bulk(const Services&, const Context&);
net::Response api_bulk_stop(const Services&, const Context&);
net::Response api_bulk_begin(const Services&, const Context&);
net::Response api_audit(const Services&, const Context&);
net::Response api_tokens(const Services&, const Context&);
net::Response api_token_create(const Services&, const Context&);
net::Response api_token_revoke(const Services&, const Context&);
net::Response api_webhooks(const Services&, const Context&);
net::Response api_webhook_add(const Services&, const Context&);
net::Response api_webhook_remove(const Services&, const Context&);
net::Response api_webhook_test(const Services&, const Context&);
net::Response api_webhook_rotate(const Services&, const Context&);
net::Response api_deliveries(const Services&, const Context&);
net::Response api_delivery_resend(const Services&, const Context&);
// operator_routes.cpp
net::Response health(const Services&, const Context&);
net::Response readiness(const Services&, const Context&);
net::Response metrics_text(const Services&, const Context&);
net::Response robots_text(const Services&, const Context&);

}  // namespace llmapikey::web
