#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "net/http_client.hpp"
#include "providers/calls/upstream_calls.hpp"
#include "providers/key_provider.hpp"
#include "providers/openrouter/openrouter_traits.hpp"

namespace llmapikey {

struct OpenRouterOptions {
    std::string base_url;  // "https://openrouter.ai/api/v1"
    base::Secret management_key;
    std::string workspace_id;       // empty: the management key's default workspace
    std::string guardrail_id = {};  // guardrail for new keys; empty: none
    AccountCheck is_our_account = {};
};

// Implements KeyProvider with OpenRouter's key endpoints. Reads, updates and revocations are
// retried within their deadline; a create is not. While OpenRouter is down, every call fails at
// once. While it has asked to slow down, a call is still sent once, unless it is made through
// in_background(). See src/providers/README.md.
class OpenRouterClient final : public SupervisedKeyProvider,
                               public CreditsReader,
                               public ActivityReader,
                               public Guardrails {
public:
    OpenRouterClient(OpenRouterOptions options, net::HttpClient& http, Supervision supervision = {});

    const ProviderTraits& traits() const override { return openrouter_traits; }
    CreditsReader* credits_reader() override { return this; }
    ActivityReader* activity_reader() override { return this; }
    Guardrails* guardrails() override { return this; }
    std::unique_ptr<KeyProvider> in_background() const override;

    MintOutcome mint(const MintRequest& request, base::Deadline deadline) override;
    base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) override;
    base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                     base::Deadline deadline) override;
    base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<Credits> credits(base::Deadline deadline) override;
    base::Result<std::vector<ModelSpending>> activity(base::Deadline deadline) override;
    base::Result<std::optional<Guardrail>> guardrail(base::Deadline deadline) override;

    base::Result<GuardedKeys> guarded_page(std::size_t offset, base::Deadline deadline) override;
    base::Result<bool> is_guarded(const UpstreamKey& key, base::Deadline deadline) override;
    base::Result<void> guard(const std::string& delete_handle, base::Deadline deadline) override {
        return assign_guardrail(delete_handle, deadline);
    }

    void probe() override { calls_->probe(base::Deadline::after(UpstreamCalls::probe_timeout)); }

    void hurry() override { calls_->hurry(); }

private:
    OpenRouterClient(OpenRouterOptions options, std::shared_ptr<UpstreamCalls> calls, Patience patience);
    base::Result<std::vector<UpstreamKey>> keys_at(std::size_t offset, base::Deadline deadline);
    MintOutcome create(const MintRequest& request, base::Deadline deadline);
    base::Result<void> confirm_gone(base::Deadline deadline);
    base::Result<void> assign_guardrail(const std::string& delete_handle, base::Deadline deadline);
    // Makes a call that can be repeated without harm. `name` must be a literal.
    net::ClientResponse ask(std::string_view name, std::string method, const std::string& path, base::Deadline deadline,
                            std::string body = {});

    const OpenRouterOptions options_;
    const std::shared_ptr<UpstreamCalls> calls_;
    const Patience patience_;
};

}  // namespace llmapikey
