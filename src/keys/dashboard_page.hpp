#pragma once

#include "base/clock.hpp"
#include "base/work_queue.hpp"
#include "http/context.hpp"
#include "keys/issuance.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "providers/guardrail_watch.hpp"
#include "spending/usage.hpp"

namespace llmapikey::web {

// The dashboard: one's own key, and what it has spent.
struct DashboardPage {
    service::UsageCache& usage;
    base::WorkQueue& background_queue;
    const base::Clock& clock;
    service::Issuance& issuance;
    service::MintQueue& queue;
    const service::GuardrailWatch& guardrail;
    service::KeyStore& store;

    net::Response show(const Context& context) const;
};

}  // namespace llmapikey::web
