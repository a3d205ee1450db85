#pragma once

#include <atomic>
#include <functional>
#include <optional>
#include <string>

#include "base/secret.hpp"
#include "net/http_client.hpp"
#include "service/key_provider.hpp"

namespace llmapikey::upstream {

struct OpenRouterOptions {
    std::string base_url;  // "https://openrouter.ai/api/v1"
    base::Secret management_key;
    std::string workspace_id;  // empty: the key's default workspace
};

// KeyProvider on OpenRouter's key endpoints. Reads, updates and revocations are tried again within their deadline; a
// create never is.
class OpenRouterClient final : public service::KeyProvider {
public:
    OpenRouterClient(OpenRouterOptions options, net::HttpClient& http) : options_(std::move(options)), http_(http) {}

    service::MintOutcome mint(const service::MintRequest& request, base::Deadline deadline) override;
    base::Result<service::UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<std::vector<service::UpstreamKey>> list_page(std::size_t offset, base::Deadline deadline) override;
    base::Result<service::UpstreamKey> update(const std::string& delete_handle, const service::KeyUpdate& change,
                                              base::Deadline deadline) override;
    base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) override;
    base::Result<service::Credits> credits(base::Deadline deadline) override;

private:
    net::ClientRequest request(std::string method, const std::string& path, std::string body = {}) const;
    net::ClientResponse send_again(const net::ClientRequest& request, base::Deadline deadline);

    // Where the upstream has asked all of us to slow down: until when.
    std::optional<base::Millis> left_of_pause() const;
    void note_pause(const net::ClientResponse& response);

    const OpenRouterOptions options_;
    std::atomic<base::Deadline::SteadyClock::time_point> paused_until_{};
    net::HttpClient& http_;
};

}  // namespace llmapikey::upstream
