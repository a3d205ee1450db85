#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/request_fields.hpp"
#include "keys/grant_query.hpp"

namespace llmapikey {

// All that was said of which keys are meant, in the words of parse_bulk_selection().
std::string selection_said(const std::vector<std::string>& ids,
                           std::vector<std::pair<std::string, std::string>> filters, bool is_everything);
// All that the request says of which keys are meant, but until when they were made: what a link to
// the keys that match now says.
std::string selection_shown(const RequestFields& fields);
// Which keys a bulk action means, as for parse_bulk_selection(): the ids in "ids", or those
// that fit the filter fields, or, with "all" set to true, all of them. invalid_input: as there.
base::Result<std::string> selection_of(const RequestFields& fields);
// How many keys the caller was told that it means, in "confirm"; nullopt: not said. invalid_input.
base::Result<std::optional<std::int64_t>> confirmed_count_of(const RequestFields& fields);

}  // namespace llmapikey
