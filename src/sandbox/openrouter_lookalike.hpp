#pragma once

#include <mutex>
#include <string>

#include "sandbox/faults.hpp"
#include "sandbox/openrouter_ledger.hpp"

namespace boost::json {
class object;
class value;
}  // namespace boost::json

namespace llmapikey::sandbox {

// A look-alike of OpenRouter under /api/v1: key administration, /key, /credits, /models and chat completions that meter
// spend. Beside it /sandbox/ledger (every key ever created, without raw keys), /sandbox/spend and /sandbox/faults.
// Thread-safe.
class OpenRouterLookalike final : public net::HttpHandler {
public:
    OpenRouterLookalike(std::string management_key, const base::Clock& clock)
        : management_key_(std::move(management_key)), clock_(clock), ledger_(clock) {}

    net::Executor executor_for(const net::Request&) const override { return net::Executor::io; }
    net::Response handle(const net::Request& request) override;
    net::Response refuse(const net::Request& request, int status) override;

    struct Seeded {
        std::string hash;
        std::string raw_key;
    };
    // A key as if created by the API, with some of its cap spent.
    Seeded seed_key(const std::string& name, base::MicroUsd limit, base::MicroUsd spent, base::Timestamp expires_at);

private:
    net::Response route(const net::Request& request, const std::string& path);
    net::Response administer(const net::Request& request, const std::string& path);
    net::Response create_key(const std::string& body);
    net::Response list_keys(const std::string& query);
    net::Response update_key(SimulatedKey& key, const std::string& body);
    net::Response credits() const;
    net::Response own_key(const net::Request& request);
    net::Response chat(const net::Request& request);
    net::Response ledger_answer();
    net::Response spend(const std::string& body);

    const std::string management_key_;
    const base::Clock& clock_;
    Faults faults_;
    std::mutex mutex_;
    OpenRouterLedger ledger_;
};

// {"error":{"code","message","metadata"}}, as OpenRouter words it.
net::Response openrouter_error(int status, const std::string& message);

}  // namespace llmapikey::sandbox
