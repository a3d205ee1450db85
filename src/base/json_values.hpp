#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"

// Values as the program writes them into JSON.
namespace llmapikey::base {

// The JSON text, as well-formed UTF-8: what older versions have let into the audit log, say, stays there as it is.
std::string to_text(const boost::json::value& value);

// RFC 3339 in UTC.
boost::json::value time_or_null(const std::optional<Timestamp>& time);
// A number of US dollars.
boost::json::value amount_or_null(const std::optional<MicroUsd>& amount);

}  // namespace llmapikey::base
