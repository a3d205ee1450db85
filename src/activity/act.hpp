#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "identity/github_user_id.hpp"

namespace llmapikey {

// One thing that somebody did: what the audit log has in two entries, its begin and its end, or in
// one entry only.
struct Act {
    std::int64_t sequence = 0;  // of its last entry
    base::Timestamp at;         // of its last entry
    std::string actor;          // "github:1003"
    std::string action;         // "key.revoke"
    std::string subject;        // "account:1001 grant:<uuid>"
    std::string origin;         // client address, or "cli"
    std::string outcome;        // "done", "failed"; "begun": its end is not recorded
    std::string detail;         // of its last entry
    std::string intent;         // of its first entry, where there are two: a reason
};

// Which acts are asked for. The latest come first.
struct ActQuery {
    std::optional<std::vector<GithubUserId>> people;  // by or about any of them; nullopt: all acts
    std::string listed;  // with `people`: also who was put on or taken off the list with this part of a login
    std::vector<std::string> actions;                               // empty: all
    std::optional<base::Timestamp> from, before;                    // when; `before` is not included
    std::int64_t below = std::numeric_limits<std::int64_t>::max();  // sequences, for the next page
    int limit = 50;
};

}  // namespace llmapikey
