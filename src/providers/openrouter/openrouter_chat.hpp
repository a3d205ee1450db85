#pragma once

#include <string>

#include "net/http_client.hpp"
#include "providers/chat_provider.hpp"

namespace llmapikey {

struct ChatOptions {
    std::string base_url;       // "https://openrouter.ai/api/v1"
    base::Millis idle{15'000};  // the longest silence of the upstream
    int max_tokens = trial_tokens;
};

// Implements ChatProvider with OpenRouter's chat completions. Each question is sent once.
class OpenRouterChat final : public ChatProvider {
public:
    OpenRouterChat(ChatOptions options, net::HttpClient& http) : options_(std::move(options)), http_(http) {}

    tl::expected<ChatEnd, ChatFailure> ask(const base::Secret& key, const ChatRequest& request, ChatListener& listener,
                                           base::Deadline deadline) override;

private:
    const ChatOptions options_;
    net::HttpClient& http_;
};

}  // namespace llmapikey
