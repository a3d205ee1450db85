#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"

// Values as the program writes them into JSON.
namespace llmapikey::base {

// The JSON text, as well-formed UTF-8: what older versions have let into the audit log, say, stays
// there as it is.
std::string to_text(const boost::json::value& value);

// RFC 3339 in UTC.
boost::json::value time_or_null(const std::optional<Timestamp>& time);
// A number of US dollars.
boost::json::value amount_or_null(const std::optional<MicroUsd>& amount);

// Items for which there is a to_json() in their namespace.
template <class Item>
boost::json::array json_list(const std::vector<Item>& items) {
    boost::json::array list;
    for (const Item& item : items)
        list.push_back(to_json(item));
    return list;
}

}  // namespace llmapikey::base
