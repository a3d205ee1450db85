#pragma once

#include "service/admin_store.hpp"
#include "service/audit_log.hpp"
#include "web/context.hpp"

namespace llmapikey::web {

// The JSON API of the audit log.
struct AuditRoutes {
    service::AdminStore& admin_store;
    service::AuditLog& audit;

    net::Response list(const Context& context) const;
};

}  // namespace llmapikey::web
