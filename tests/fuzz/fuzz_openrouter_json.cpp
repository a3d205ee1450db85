// Whatever an upstream may answer.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/encoding.hpp"
#include "upstream/chat_wire.hpp"
#include "upstream/event_stream.hpp"
#include "upstream/openrouter_wire.hpp"

using namespace llmapikey;

namespace {

// Every event, however the bytes come.
std::string events_of(std::string_view text, std::size_t piece) {
    std::string events;
    upstream::EventStream stream(
        [&](std::string_view data) {
            events.append(data).append("\0|", 2);
            (void)upstream::parse_chat_chunk(data);
            return events.size() < 1000;
        },
        500);
    for (std::size_t at = 0; at < text.size(); at += piece)
        (void)stream.feed(text.substr(at, piece));
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)upstream::parse_create_answer(text);
    (void)upstream::parse_key_answer(text);
    (void)upstream::parse_list_answer(text);
    (void)upstream::parse_credits_answer(text);
    (void)upstream::parse_assigned_count(text);
    (void)upstream::parse_guardrail_answer(text);
    if (upstream::parse_error_message(text).find("sk-or-") != std::string::npos) std::abort();
    (void)upstream::parse_chat_chunk(text);
    if (events_of(text, 1) != events_of(text, 4096)) std::abort();
    if (const auto time = base::parse_rfc3339(text)) (void)base::to_rfc3339(*time);
    return 0;
}
