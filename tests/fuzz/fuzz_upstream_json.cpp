// Whatever an upstream may answer.
#include <cstdint>
#include <cstdlib>

#include "base/encoding.hpp"
#include "upstream/openrouter_wire.hpp"

using namespace llmapikey;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    (void)upstream::parse_create_answer(text);
    (void)upstream::parse_key_answer(text);
    (void)upstream::parse_list_answer(text);
    (void)upstream::parse_credits_answer(text);
    (void)upstream::parse_assigned_count(text);
    (void)upstream::parse_guardrail_answer(text);
    if (upstream::parse_error_message(text).find("sk-or-") != std::string::npos) std::abort();
    if (const auto time = base::parse_rfc3339(text)) (void)base::to_rfc3339(*time);
    return 0;
}
