#pragma once

#include "web/account_page.hpp"
#include "web/audit_page.hpp"
#include "web/audit_routes.hpp"
#include "web/bulk_pages.hpp"
#include "web/bulk_routes.hpp"
#include "web/dashboard_page.hpp"
#include "web/key_list_page.hpp"
#include "web/key_routes.hpp"
#include "web/key_search_routes.hpp"
#include "web/operator_routes.hpp"
#include "web/overview_page.hpp"
#include "web/overview_routes.hpp"
#include "web/own_account_routes.hpp"
#include "web/own_key_routes.hpp"
#include "web/public_pages.hpp"
#include "web/sign_in_routes.hpp"
#include "web/token_routes.hpp"
#include "web/tokens_page.hpp"
#include "web/trial_routes.hpp"
#include "web/webhook_routes.hpp"
#include "web/webhooks_page.hpp"

namespace llmapikey::web {

// Every handler of the program, each with the services that it names. Thread-safe.
struct Handlers {
    PublicPages pages;
    DashboardPage dashboard;
    OwnKeyRoutes own_key;
    TrialRoutes trial;
    SignInRoutes sign_in;
    KeyListPage key_list;
    KeySearchRoutes key_search;
    AuditPage audit_page;
    AccountPage account;
    BulkPages bulk_pages;
    OverviewPage overview_page;
    TokensPage tokens_page;
    WebhooksPage webhooks_page;
    OwnAccountRoutes own_account;
    OverviewRoutes overview;
    KeyRoutes keys;
    BulkRoutes bulk;
    AuditRoutes audit;
    TokenRoutes tokens;
    WebhookRoutes webhooks;
    OperatorRoutes operators;
};

}  // namespace llmapikey::web

namespace llmapikey::app {

// Every route but the assets, which are a table of their own. Anything else is 404.
web::RouteTable route_table();

// The fields that the routes take (route_fields.cpp).
std::span<const web::RouteFields> route_fields();

}  // namespace llmapikey::app
