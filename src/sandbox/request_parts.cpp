#include "sandbox/request_parts.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"

namespace llmapikey::sandbox {

namespace json = boost::json;

std::optional<json::object> parse_object(std::string_view text) {
    json::error_code ec;
    json::value value = json::parse(text, ec);
    if (ec || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

std::string text_of(const json::object& object, std::string_view name, std::string fallback) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->get_string()) : fallback;
}

std::int64_t number_of(const json::object& object, std::string_view name, std::int64_t fallback) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

bool flag_of(const json::object& object, std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr && value->is_bool() && value->get_bool();
}

std::string query_value(std::string_view query, std::string_view name) {
    for (const std::string_view part : base::split(query, '&')) {
        const auto equals = part.find('=');
        if (part.substr(0, equals) != name || equals == std::string_view::npos) continue;
        return base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true).value_or("");
    }
    return {};
}

std::optional<Page> parse_page(std::string_view query, std::int64_t usual, std::int64_t most) {
    const std::string offset_text = query_value(query, "offset"), limit_text = query_value(query, "limit");
    const auto offset = base::parse_whole_number(offset_text.empty() ? "0" : offset_text);
    const auto limit = limit_text.empty() ? std::optional(usual) : base::parse_whole_number(limit_text);
    if (!offset || !limit || *limit < 1 || *limit > most) return std::nullopt;
    return Page{static_cast<std::size_t>(*offset), static_cast<std::size_t>(*limit)};
}

}  // namespace llmapikey::sandbox
