#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "providers/chat_provider.hpp"

// OpenRouter's chat completions, streamed. Read as leniently as openrouter_wire.hpp does. Pure;
// thread-safe.
namespace llmapikey {

std::string to_chat_body(const ChatRequest& request, int max_tokens);

// One event of the stream, or the whole of an answer that was not streamed.
struct ChatChunk {
    std::string text;                                // may be empty
    bool has_ended = false;                          // the answer is complete, or fails here
    ChatEnd::Reason reason = ChatEnd::Reason::stop;  // where it has ended
    std::string refusal;                             // a piece of the model's words; may be empty
    std::optional<ChatFailure> failure;              // an error that comes after the head
};
// Nullopt: it is no JSON object.
std::optional<ChatChunk> parse_chat_chunk(std::string_view data);

// What an answer with a status other than 200 means. The body may be anything; it can name the
// account's owner, so that nothing of it is passed on but figures. Newer answers say which limit
// was reached (error.metadata.limit_source); of older ones the words of the message have to do.
ChatFailure chat_failure(int status, std::string_view body, base::Seconds retry_after);

}  // namespace llmapikey
