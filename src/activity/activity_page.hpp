#pragma once

#include <set>
#include <string>

#include "activity/activity_store.hpp"
#include "activity/activity_views.hpp"
#include "audit/audit_log.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"

namespace llmapikey {

// What has happened, as the console tells it, and the audit log as a file.
struct ActivityPage {
    AuditLog& audit;
    AdminStore& admin_store;
    ActivityStore& activity;

    net::Response show(const Context& context) const;
    net::Response download(const Context& context) const;
};

// Returns the names of accounts and grants that the store knows, and of the organizer who asks.
base::Result<ActNames> names_of(ActivityStore& activity, const std::set<std::string>& accounts,
                                const std::set<std::string>& grants, const Context& context);

// Returns the names of those who are actors, such as "github:1003", for who_did().
base::Result<ActNames> names_of_actors(ActivityStore& activity, const std::set<std::string>& actors,
                                       const Context& context);

// Returns acts as a page shows them, with the names that the store knows. The organizer who asks is
// named, too.
base::Result<std::vector<ActRow>> rows_of(ActivityStore& activity, const std::vector<Act>& acts,
                                          const Context& context);

}  // namespace llmapikey
