#pragma once

#include "audit/audit_log.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"

namespace llmapikey {

// The console's audit log, and its download.
struct AuditPage {
    AuditLog& audit;
    AdminStore& admin_store;

    net::Response show(const Context& context) const;
    net::Response download(const Context& context) const;
};

}  // namespace llmapikey
