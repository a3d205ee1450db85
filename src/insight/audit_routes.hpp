#pragma once

#include "audit/audit_log.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"

namespace llmapikey::web {

// The JSON API of the audit log.
struct AuditRoutes {
    service::AdminStore& admin_store;
    service::AuditLog& audit;

    net::Response list(const Context& context) const;
};

}  // namespace llmapikey::web
