#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "grant/grant.hpp"

namespace llmapikey {

enum class GrantOrder { newest, expires_soonest, spent_most, unused_longest };

// What one process dates before a decision of another one may have come after it: their clocks, and
// whole seconds.
inline constexpr base::Seconds replica_clocks_apart_max{5};

// Which grants to list, and in which order; a page at a time by keyset, so that a deep page costs
// what the first one does.
struct GrantQuery {
    std::string search;  // part of a login, a whole numeric id, or a hint; empty: all
    std::string hint;    // exactly these last characters; empty: any
    std::optional<GrantStatus> status;
    std::optional<bool> is_disabled;
    std::optional<bool> is_expired;             // as of `now`
    std::optional<base::Timestamp> expires_by;  // not expired at `now`, but by then
    std::optional<base::Timestamp> created_from, created_before;
    bool is_unused = false;  // nothing spent, as far as is known
    // Made before that and not used since, as far as is known.
    std::optional<base::Timestamp> not_used_since;
    bool is_ended = false;          // those in the ledger: AdminStore::list_ended() rather than list()
    bool without_revoking = false;  // only rows that are not being revoked
    // Only rows that have taken the place of these grants at `replaced_from` or later; empty: all.
    std::vector<std::string> successors_of;
    base::Timestamp replaced_from;
    GrantOrder order = GrantOrder::newest;
    std::string cursor;  // of the page before; empty: from the beginning
    int limit = 50;
    base::Timestamp now;  // for is_expired and expires_by
};

// Gives the value of a field, empty if it is absent.
using FieldReader = std::function<std::string(std::string_view name)>;

// From what a person or a program asks for: q, state (a status, or "expired", "disabled", "ended"),
// unused (true, 1, false, 0), not_used_since (a date), expires_within (days), from, to (dates,
// inclusive), sort (newest, expiry, spent, last_used). invalid_input: says which field makes no
// sense.
base::Result<GrantQuery> parse_grant_query(const FieldReader& field, base::Timestamp now);

}  // namespace llmapikey
