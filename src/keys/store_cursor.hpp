#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "keys/grant_query.hpp"

namespace llmapikey {

// The last row of a page: where the next one goes on. Holds for one order only.
struct GrantCursor {
    std::int64_t value = 0;  // of the column that orders: millionths of a second, or of a dollar
    std::string grant_id;

    std::string text(GrantOrder order) const;
    // invalid_input: not one of ours, or of another order.
    static base::Result<GrantCursor> parse(const std::string& text, GrantOrder order);
};

// For LIKE with the escape character '\': what a person types is text, not a pattern.
std::string escaped_for_like(const std::string& text);

}  // namespace llmapikey
