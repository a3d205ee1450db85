#include "http/next_path.hpp"

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t length_max = 512;
constexpr int decodings_max = 3;

bool is_plain_path(std::string_view text) {
    if (text.empty() || text.front() != '/') return false;
    if (text.size() > 1 && text[1] == '/') return false;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte >= 0x7f || c == '\\') return false;
    }
    // A dot segment could fold "/./" + "/host" into "//host".
    for (const std::string_view segment : base::split(text.substr(0, text.find_first_of("?#")), '/')) {
        if (segment == "." || segment == "..") return false;
    }
    return text.substr(0, text.find_first_of("?#")).find("//") == std::string_view::npos;
}

}  // namespace

std::string safe_next_path(std::string_view next) {
    static const std::string fallback = "/dashboard";
    if (next.size() > length_max) return fallback;
    std::string decoded(next);
    for (int round = 0; round <= decodings_max; ++round) {
        if (!is_plain_path(decoded)) return fallback;
        auto again = base::from_percent_encoded(decoded, /*plus_is_space=*/false);
        if (!again) return fallback;
        if (*again == decoded) return std::string(next);
        decoded = std::move(*again);
    }
    return fallback;
}

}  // namespace llmapikey
