#pragma once

#include "base/clock.hpp"
#include "base/work_queue.hpp"
#include "service/guardrail_watch.hpp"
#include "service/issuance.hpp"
#include "service/key_store.hpp"
#include "service/mint_queue.hpp"
#include "service/usage.hpp"
#include "web/context.hpp"

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
