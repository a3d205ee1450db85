#pragma once

#include <span>

#include "base/clock.hpp"
#include "base/work_queue.hpp"
#include "http/context.hpp"
#include "keys/issuance.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "keys/terms.hpp"
#include "providers/guardrail_watch.hpp"
#include "providers/provider_traits.hpp"
#include "spending/usage.hpp"

namespace llmapikey {

// Serves the dashboard: the recipient's own key, and its spending.
struct DashboardPage {
    UsageCache& usage;
    base::WorkQueue& background_queue;
    const base::Clock& clock;
    Issuance& issuance;
    MintQueue& queue;
    const GuardrailWatch& guardrail;
    KeyStore& store;
    const TermsSource& terms;
    std::span<const SuggestedModel> suggested_models = {};  // to try

    net::Response show(const Context& context) const;
};

}  // namespace llmapikey
