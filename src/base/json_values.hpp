#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"

// JSON values in the form in which the program writes them.
namespace llmapikey::base {

// Returns the JSON text as well-formed UTF-8. Older versions wrote ill-formed text, into the audit
// log for example, and it is still stored.
std::string to_text(const boost::json::value& value);

// RFC 3339 in UTC, or null.
boost::json::value time_or_null(const std::optional<Timestamp>& time);
// A number of US dollars, or null.
boost::json::value amount_or_null(const std::optional<MicroUsd>& amount);

// Converts items whose namespace has a to_json() for them.
template <class Item>
boost::json::array json_list(const std::vector<Item>& items) {
    boost::json::array list;
    for (const Item& item : items)
        list.push_back(to_json(item));
    return list;
}

}  // namespace llmapikey::base
