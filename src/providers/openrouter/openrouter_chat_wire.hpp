#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "providers/chat_provider.hpp"

// JSON of OpenRouter's chat completions, read as leniently as in openrouter_wire.hpp. These
// functions are pure and thread-safe.
namespace llmapikey {

std::string to_chat_body(const ChatRequest& request, int max_tokens);

// One event of the stream, or the whole of an answer that was not streamed.
struct ChatChunk {
    std::string text;                                // may be empty
    bool has_ended = false;                          // the answer is complete, or fails here
    ChatEnd::Reason reason = ChatEnd::Reason::stop;  // valid if the answer has ended
    std::string refusal;                             // a piece of how the model words its refusal; may be empty
    std::optional<base::MicroUsd> cost;              // of the whole answer; comes once, with the last event
    std::optional<ChatFailure> failure;              // an error that comes after the response head
};
// Returns nullopt if the data is no JSON object.
std::optional<ChatChunk> parse_chat_chunk(std::string_view data);

// Says what an answer with a status other than 200 means. The body may be anything. It can name the
// account's owner, so only amounts and times of it are passed on. Newer answers name the limit that
// was reached (error.metadata.limit_source); for older ones the words of the message decide.
ChatFailure chat_failure(int status, std::string_view body, base::Seconds retry_after);

}  // namespace llmapikey
