#pragma once

#include "activity/activity_page.hpp"
#include "activity/audit_routes.hpp"
#include "bulk/bulk_pages.hpp"
#include "bulk/bulk_routes.hpp"
#include "bulk/changes/change_pages.hpp"
#include "bulk/changes/change_routes.hpp"
#include "documents/document_pages.hpp"
#include "insight/overview_page.hpp"
#include "insight/overview_routes.hpp"
#include "keys/dashboard_page.hpp"
#include "keys/key_routes.hpp"
#include "keys/key_search_routes.hpp"
#include "keys/own_account_routes.hpp"
#include "keys/own_key_routes.hpp"
#include "people/people_page.hpp"
#include "people/people_routes.hpp"
#include "people/person_page.hpp"
#include "settings/settings_page.hpp"
#include "settings/settings_routes.hpp"
#include "setup/setup_page.hpp"
#include "sign_in/sign_in_routes.hpp"
#include "site/operator_routes.hpp"
#include "site/public_pages.hpp"
#include "tokens/token_routes.hpp"
#include "tokens/tokens_page.hpp"
#include "trial/trial_routes.hpp"
#include "webhooks/webhook_routes.hpp"
#include "webhooks/webhooks_page.hpp"

namespace llmapikey {

// Every handler of the program, each with the services that it names. Thread-safe.
struct Handlers {
    PublicPages pages;
    DocumentPages documents;
    DashboardPage dashboard;
    OwnKeyRoutes own_key;
    TrialRoutes trial;
    SignInRoutes sign_in;
    PeoplePage people;
    KeySearchRoutes key_search;
    ActivityPage activity_page;
    PersonPage person;
    BulkPages bulk_pages;
    ChangePages change_pages;
    OverviewPage overview_page;
    SettingsPage settings_page;
    SetupPage setup;
    TokensPage tokens_page;
    WebhooksPage webhooks_page;
    OwnAccountRoutes own_account;
    OverviewRoutes overview;
    KeyRoutes keys;
    PeopleRoutes people_api;
    BulkRoutes bulk;
    ChangeRoutes changes;
    AuditRoutes audit;
    SettingsRoutes settings;
    TokenRoutes tokens;
    WebhookRoutes webhooks;
    OperatorRoutes operators;
};

}  // namespace llmapikey

namespace llmapikey::app {

// Every route but the assets, which are a table of their own. Anything else is 404.
RouteTable route_table();

// The fields that the routes take (route_fields.cpp).
std::span<const RouteFields> route_fields();

}  // namespace llmapikey::app
