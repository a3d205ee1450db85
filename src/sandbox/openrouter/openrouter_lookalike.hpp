#pragma once

#include <mutex>
#include <string>

#include "base/result.hpp"
#include "sandbox/faults.hpp"
#include "sandbox/openrouter/openrouter_control.hpp"
#include "sandbox/openrouter/openrouter_guardrails.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"
#include "sandbox/openrouter/openrouter_scene.hpp"
#include "sandbox/outage.hpp"
#include "sandbox/skewed_clock.hpp"

namespace llmapikey::sandbox {

// Simulates OpenRouter under /api/v1: key administration, guardrails, /key, /credits, /activity,
// /models and chat completions that meter spending. Tests control it by OpenRouterControl,
// /sandbox/faults (Faults) and /sandbox/outage (Outage). Thread-safe.
class OpenRouterLookalike final : public net::HttpHandler {
public:
    // The id of the guardrail that exists from the start. It allows two models.
    static constexpr const char* guardrail_id = "5a4db000-0000-4000-8000-000000000001";

    // `clock` must outlive this object.
    OpenRouterLookalike(std::string management_key, const base::Clock& clock);

    net::Executor executor_for(const net::Request&) const override { return net::Executor::io; }
    net::Response handle(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

    // Books as many calls of a usual size as `cost` pays, now, whatever the key's cap is.
    // not_found: there is no such key or model.
    base::Result<void> spend(const std::string& hash, std::string_view model_id, base::MicroUsd cost);
    // Buys credits, or takes some back, so that this much is left of them.
    void set_credits_left(base::MicroUsd left);

private:
    net::Response call(const net::Request& request);
    net::Response route(const net::Request& request, std::string_view path);
    net::Response administer(const net::Request& request, std::string_view path);
    // Returns why the management key may not do that; empty if it may.
    std::string objection_to(const net::Request& request, std::string_view path) const;
    net::Response create_key(std::string_view body);
    net::Response list_keys(std::string_view query) const;
    net::Response update_key(SimulatedKey& key, std::string_view body);
    net::Response credits() const;
    net::Response infer(const net::Request& request, std::string_view path);
    void misname(net::Response& response);

    const std::string management_key_;
    SkewedClock clock_;
    Faults faults_;
    Outage outage_;
    std::mutex mutex_;  // guards the members below
    OpenRouterScene scene_;
    base::MicroUsd total_credits_{1'000'000'000};
    OpenRouterLedger ledger_;
    OpenRouterGuardrails guardrails_;
    OpenRouterControl control_;
};

}  // namespace llmapikey::sandbox
