#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace llmapikey::sandbox {

// Puts what a create or update asks for into a guardrail's object, models by their canonical slugs.
// Returns the first complaint, or nothing if all is well; `data` is spoilt after a complaint.
std::string take_guardrail_fields(const boost::json::object& wish, boost::json::object& data);

// Whether the list of that name is absent (null) or holds the text.
bool is_absent_or_holds(const boost::json::object& data, std::string_view list, std::string_view text);
bool holds(const boost::json::object& data, std::string_view list, std::string_view text);

}  // namespace llmapikey::sandbox
