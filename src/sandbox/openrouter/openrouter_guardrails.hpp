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

// The guardrails of the simulated OpenRouter, the keys under each, and what they forbid. Not
// thread-safe: its owner locks.
class OpenRouterGuardrails {
public:
    // Both must outlive this object.
    OpenRouterGuardrails(OpenRouterLedger& ledger, const base::Clock& clock);
    ~OpenRouterGuardrails();

    // Serves a call of /guardrails or below it; `path` is what follows "/guardrails".
    net::Response handle(const net::Request& request, std::string_view path);

    // Returns why this key cannot use this model; empty if it can.
    std::string objection_to(const SimulatedKey& key, const Model& model) const;
    // The budget of a key's guardrail that the key has spent. spent_budget_of() returns nullopt if
    // none is spent.
    struct SpentBudget {
        std::string message;
        base::MicroUsd limit, spent;
    };
    std::optional<SpentBudget> spent_budget_of(const SimulatedKey& key, base::Timestamp now) const;

    // Adds a guardrail as if it was created by the API. `models` holds at least one model id.
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
    // Serves GET /guardrails/policies/assignments/api-keys/{hash}. Each guardrail counts as up to
    // three policies, which have its id.
    net::Response policies_of_key(std::string_view hash, std::string_view query) const;

    OpenRouterLedger& ledger_;
    const base::Clock& clock_;
    std::vector<std::unique_ptr<Guardrail>> guardrails_;  // in the order of creation
    std::uint64_t assignments_made_ = 0;
};

}  // namespace llmapikey::sandbox
