#pragma once

#include <compare>

#include "identity/github_user_id.hpp"

namespace llmapikey {

// The place in the giveaway that holds at most one key. Today there is one giveaway, so the account
// alone names the place; a campaign becomes the second member.
struct Seat {
    GithubUserId github_user_id;
    friend auto operator<=>(const Seat&, const Seat&) = default;
};

}  // namespace llmapikey
