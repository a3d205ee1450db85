#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"

namespace llmapikey::domain {

// Why an account may not take a key: an organizer revoked the one that it had, and wanted it so.
struct Hold {
    std::optional<base::Timestamp> until;  // nullopt: until it is lifted
    std::string reason;                    // shown to the person
};

inline bool is_in_force(const Hold& hold, base::Timestamp now) {
    return !hold.until || now < *hold.until;
}

}  // namespace llmapikey::domain
