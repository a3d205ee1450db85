#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

// What the look-alikes read out of requests. Pure functions.
namespace llmapikey::sandbox {

// nullopt unless the text is one JSON object.
std::optional<boost::json::object> parse_object(std::string_view text);

// Members of an object; the fallback where one is absent or of another type.
std::string text_of(const boost::json::object& object, std::string_view name, std::string fallback = {});
std::int64_t number_of(const boost::json::object& object, std::string_view name, std::int64_t fallback);
bool flag_of(const boost::json::object& object, std::string_view name);

// Decoded; empty where the query has no such parameter.
std::string query_value(std::string_view query, std::string_view name);

// A part of a list as `offset` and `limit` ask for it.
struct Page {
    std::size_t offset = 0;
    std::size_t limit = 0;
};
// `limit` from 1 to `most`, or `usual` where it is not given; nullopt if either is no such number.
std::optional<Page> parse_page(std::string_view query, std::int64_t usual, std::int64_t most);

}  // namespace llmapikey::sandbox
