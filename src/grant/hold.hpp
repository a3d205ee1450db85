#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// Why an account may not take a key: an organizer revoked the one that it had, and wanted it so; or
// its recipient has given it back today.
struct Hold {
    std::optional<base::Timestamp> until;  // nullopt: until it is lifted
    std::string reason;                    // shown to the person
    bool is_own = false;                   // set by the recipient, who has given a key back
};

inline bool is_in_force(const Hold& hold, base::Timestamp now) {
    return !hold.until || now < *hold.until;
}

// "none" (nullopt), "forever", or a duration: "90m", "24h", "7d". invalid_input: anything else.
base::Result<std::optional<Hold>> parse_hold(std::string_view text, const std::string& reason, base::Timestamp now);

}  // namespace llmapikey
