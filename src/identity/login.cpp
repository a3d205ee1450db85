#include "identity/login.hpp"

#include <algorithm>

#include "base/code_points.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t bytes_max = 100;

}  // namespace

bool is_login(std::string_view text) {
    if (text.empty() || text.size() > bytes_max || !base::is_text(text)) return false;
    const Looks looks = looks_in(text);
    return looks.has_visible && !looks.has_hidden && !looks.has_disturbing;
}

bool can_be_github_login(std::string_view text) {
    constexpr std::size_t github_max_bytes = 39;
    const auto is_fit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= github_max_bytes && std::all_of(text.begin(), text.end(), is_fit) &&
           !text.starts_with('-') && text.find("--") == std::string_view::npos;
}

}  // namespace llmapikey
