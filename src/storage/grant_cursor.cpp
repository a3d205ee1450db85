#include "storage/grant_cursor.hpp"

#include "base/encoding.hpp"

namespace llmapikey::storage {

base::Result<GrantCursor> GrantCursor::parse(const std::string& text) {
    if (text.empty()) return GrantCursor{};
    const auto dot = text.find('.');
    const auto created_at = base::parse_whole_number(text.substr(0, dot));
    if (!created_at || dot == std::string::npos || !base::is_uuid(text.substr(dot + 1))) {
        return base::fail(base::Errc::invalid_input, "this is no cursor of a page");
    }
    return GrantCursor{*created_at, text.substr(dot + 1)};
}

std::string escaped_for_like(const std::string& text) {
    std::string escaped;
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return escaped;
}

}  // namespace llmapikey::storage
