#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "keys/grant_query.hpp"

// Which keys a bulk revocation means. A selection is kept as a query string, so that it can be
// stored, recorded and read again.
namespace llmapikey {

struct BulkSelection {
    std::vector<std::string> ids;            // exactly these, each once; empty: those that fit the query
    GrantQuery query;                        // of rows that are there, whatever their status unless it is said
    bool is_everything = false;              // every key: "all=true", or a filter that lets all of them through
    std::optional<base::Timestamp> made_by;  // when they were shown: what was made later was not, and is not meant
};
// The query, without what was made too late.
GrantQuery query_of(const BulkSelection& selection);

inline constexpr std::size_t bulk_ids_max = 1000;

// Fields: either `ids` (UUIDs separated by commas), or `all=true`, or at least one of q, state,
// unused, not_used_since, expires_within, from and to, as for parse_grant_query(). `made_by`, in
// Unix seconds, may stand beside any of them. invalid_input: a field is unknown or cannot be
// decoded, has no sensible value, contradicts another one, or all together come to no condition.
base::Result<BulkSelection> parse_bulk_selection(const std::string& text, base::Timestamp now);

// A selection of these ids.
std::string selection_of_ids(const std::vector<std::string>& grant_ids);

}  // namespace llmapikey
