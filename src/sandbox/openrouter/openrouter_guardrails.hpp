#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"
#include "sandbox/openrouter/openrouter_models.hpp"

namespace llmapikey::sandbox {

// Guardrails of the simulated OpenRouter, which keys are under which, and what they keep from
// happening. Not thread-safe: its owner locks.
class OpenRouterGuardrails {
public:
    // Both must outlive this.
    OpenRouterGuardrails(OpenRouterLedger& ledger, const base::Clock& clock);
    ~OpenRouterGuardrails();

    // A call of /guardrails and what is below it; `path` is what follows that.
    net::Response handle(const net::Request& request, std::string_view path);

    // Why this key cannot use this model; empty if it can.
    std::string objection_to(const SimulatedKey& key, const Model& model) const;
    // The budget of its guardrail that this key has spent; nullopt if it has not.
    struct SpentBudget {
        std::string message;
        base::MicroUsd limit, spent;
    };
    std::optional<SpentBudget> spent_budget_of(const SimulatedKey& key, base::Timestamp now) const;

    // A guardrail as if created by the API. `models`: at least one, by id.
    void seed(const std::string& id, const std::string& name, const std::vector<std::string>& models);

private:
    struct Guardrail;
    Guardrail* find(std::string_view id) const;
    Guardrail& add(const std::string& id, const std::string& workspace_id);
    net::Response list(std::string_view query) const;
    net::Response create(std::string_view body);
    net::Response handle_one(const net::Request& request, Guardrail& guardrail);
    net::Response update(Guardrail& guardrail, std::string_view body) const;
    void remove(Guardrail& guardrail);
    net::Response list_assignments(std::string_view query, const Guardrail* of_one) const;
    net::Response assign(Guardrail& guardrail, std::string_view body);
    net::Response unassign(Guardrail& guardrail, std::string_view body);
    void detach(SimulatedKey& key);
    // GET /guardrails/policies/assignments/api-keys/{hash}: each guardrail is also up to three
    // policies, which have its id.
    net::Response policies_of_key(std::string_view hash, std::string_view query) const;

    OpenRouterLedger& ledger_;
    const base::Clock& clock_;
    std::vector<std::unique_ptr<Guardrail>> guardrails_;  // in the order of creation
    std::uint64_t assignments_made_ = 0;
};

}  // namespace llmapikey::sandbox
