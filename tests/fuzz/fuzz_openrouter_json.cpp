// Whatever OpenRouter may answer, as JSON or as a stream of events, and the names of keys in it.
#include <string>

#include "base/encoding.hpp"
#include "expect.hpp"
#include "grant/key_name.hpp"
#include "providers/event_stream.hpp"
#include "providers/openrouter/openrouter_chat_wire.hpp"
#include "providers/openrouter/openrouter_wire.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

// Every event, however the bytes come.
std::string events_of(std::string_view text, std::size_t piece) {
    std::string events;
    EventStream stream(
        [&](std::string_view data) {
            events.append(data).append("\0|", 2);
            (void)parse_chat_chunk(data);
            return events.size() < 1000;
        },
        500);
    for (std::size_t at = 0; at < text.size(); at += piece)
        (void)stream.feed(text.substr(at, piece));
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    (void)parse_create_answer(text);
    (void)parse_key_answer(text);
    (void)parse_list_answer(text);
    (void)parse_credits_answer(text);
    (void)parse_assigned_count(text);
    (void)parse_guardrail_answer(text);
    expect(parse_error_message(text).find("sk-or-") == std::string::npos, "no key gets into a message");
    (void)parse_chat_chunk(text);
    expect(events_of(text, 1) == events_of(text, 4096), "events are the same in any pieces");
    if (const auto time = base::parse_rfc3339(text)) (void)base::to_rfc3339(*time);
    if (const auto name = parse_upstream_key_name(text)) {
        expect(upstream_key_name(name->github_user_id, name->nonce) == text, "a name is written one way");
    }
    return 0;
}
