// Where to go after signing in: never to another origin, whatever is asked for.
#include <string>

#include "base/encoding.hpp"
#include "expect.hpp"
#include "http/next_path.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

bool stays_here(std::string_view path) {
    if (path.empty() || path.front() != '/' || path.starts_with("//")) return false;
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f || c == '\\') return false;
    }
    return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string next = safe_next_path(text_of(data, size));
    expect(safe_next_path(next) == next, "what is safe is taken as it is");
    // Also for whoever decodes it again, and again.
    for (int times = 0; times < 4; ++times) {
        expect(stays_here(next), "it is a path of this origin");
        const auto decoded = base::from_percent_encoded(next, /*plus_is_space=*/false);
        if (!decoded || *decoded == next) break;
        next = *decoded;
    }
    return 0;
}
