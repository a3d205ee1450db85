#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "keys/grant_query.hpp"

namespace llmapikey {

// The last row of a page, after which the next page begins. It is valid for one order only.
struct GrantCursor {
    std::int64_t value = 0;  // of the ordering column: microseconds, millionths of a dollar, or seconds
    std::string grant_id;

    std::string text(GrantOrder order) const;
    // Fails with invalid_input if the text is no cursor of ours, or is of another order.
    static base::Result<GrantCursor> parse(const std::string& text, GrantOrder order);
};

}  // namespace llmapikey
