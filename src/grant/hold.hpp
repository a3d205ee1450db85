#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// A Hold bars an account from keys: an organizer set it (on its own or with a revocation), or the
// recipient has given a key back today.
struct Hold {
    std::optional<base::Timestamp> until;  // nullopt: until it is lifted
    std::string reason;                    // shown to the person
    bool is_own = false;                   // set by the recipient, by giving a key back
};

inline bool is_in_force(const Hold& hold, base::Timestamp now) {
    return !hold.until || now < *hold.until;
}

// Parses "none" (returns nullopt), "forever", or a duration from `now` in minutes, hours or days:
// "90m", "24h", "7d". Fails with invalid_input for anything else.
base::Result<std::optional<Hold>> parse_hold(std::string_view text, const std::string& reason, base::Timestamp now);

}  // namespace llmapikey
