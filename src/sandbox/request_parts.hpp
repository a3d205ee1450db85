#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// Parts of requests that the look-alikes read. These functions are pure.
namespace llmapikey::sandbox {

// Returns nullopt unless the text is one JSON object.
std::optional<boost::json::object> parse_object(std::string_view text);

// Return a member of an object; the fallback (false for a flag) if it is absent or has another
// type.
std::string text_of(const boost::json::object& object, std::string_view name, std::string fallback = {});
std::int64_t number_of(const boost::json::object& object, std::string_view name, std::int64_t fallback);
bool flag_of(const boost::json::object& object, std::string_view name);

// Returns the decoded value of a parameter; empty if the query lacks it.
std::string query_value(std::string_view query, std::string_view name);

// The part of a list that `offset` and `limit` ask for.
struct Page {
    std::size_t offset = 0;
    std::size_t limit = 0;
};
// Reads `offset` (0 if absent) and `limit` (1 to `most`; `usual` if absent). Returns nullopt if
// either is invalid.
std::optional<Page> parse_page(std::string_view query, std::int64_t usual, std::int64_t most);

}  // namespace llmapikey::sandbox
