#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "service/chat_provider.hpp"

// OpenRouter's chat completions, streamed. Read as leniently as openrouter_wire.hpp does. Pure; thread-safe.
namespace llmapikey::upstream {

std::string to_chat_body(const service::ChatRequest& request, int max_tokens);

// One event of the stream.
struct ChatChunk {
    std::string text;              // may be empty
    bool has_ended = false;        // the answer is complete, or fails here
    std::optional<int> failed_as;  // like an HTTP status: an error that comes after the head. 0: it does not say
};
// Nullopt: it is no JSON object.
std::optional<ChatChunk> parse_chat_chunk(std::string_view data);

// What a status other than 200 means for who asked, as ChatProvider::ask() says.
base::Error chat_error(int status, base::Seconds retry_after);

}  // namespace llmapikey::upstream
