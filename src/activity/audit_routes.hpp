#pragma once

#include "audit/audit_log.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"

namespace llmapikey {

// The JSON API of the audit log.
struct AuditRoutes {
    AdminStore& admin_store;
    AuditLog& audit;

    net::Response list(const Context& context) const;
};

}  // namespace llmapikey
