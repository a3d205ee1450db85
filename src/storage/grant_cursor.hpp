#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

// What both databases share of listing grants.
namespace llmapikey::storage {

// The last row of a page: where the next one goes on. `created_at` in the database's own precision.
struct GrantCursor {
    std::int64_t created_at = 0;
    std::string grant_id;

    std::string text() const { return std::to_string(created_at) + "." + grant_id; }
    // Empty text: the beginning. invalid_input: not one of ours.
    static base::Result<GrantCursor> parse(const std::string& text);
};

// For LIKE with the escape character '\': what a person types is text, not a pattern.
std::string escaped_for_like(const std::string& text);

}  // namespace llmapikey::storage
