#include "base/json_values.hpp"

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"

namespace llmapikey::base {

std::string to_text(const boost::json::value& value) {
    return to_valid_utf8(boost::json::serialize(value));
}

boost::json::value time_or_null(const std::optional<Timestamp>& time) {
    if (!time) return nullptr;
    return boost::json::string(to_rfc3339(*time));
}

boost::json::value amount_or_null(const std::optional<MicroUsd>& amount) {
    if (!amount) return nullptr;
    return amount->usd();
}

}  // namespace llmapikey::base
