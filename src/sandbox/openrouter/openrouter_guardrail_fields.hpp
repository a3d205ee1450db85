#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace llmapikey::sandbox {

// Puts the fields of a create or update into a guardrail's object, models by their canonical slugs.
// Returns the first complaint; empty if all fields are valid. After a complaint `data` must not be
// used.
std::string take_guardrail_fields(const boost::json::object& wish, boost::json::object& data);

// Returns whether the list of that name holds the text; is_absent_or_holds() also accepts a list
// that is null.
bool is_absent_or_holds(const boost::json::object& data, std::string_view list, std::string_view text);
bool holds(const boost::json::object& data, std::string_view list, std::string_view text);

}  // namespace llmapikey::sandbox
