#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "service/grant_query.hpp"
#include "web/request_fields.hpp"

namespace llmapikey::web {

// The fields by which keys are filtered, without those that are empty.
std::vector<std::pair<std::string, std::string>> filters_of(const service::FieldReader& field);

// Which keys a bulk revocation means: the ids in "ids", or those that fit the filter fields, or, with "all" set to
// true, all of them. invalid_input: nothing is named, so that an empty form ends nothing.
base::Result<std::string> selection_of(const RequestFields& fields);

}  // namespace llmapikey::web
