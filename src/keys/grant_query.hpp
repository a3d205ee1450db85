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

// How much of today's cap the account of a usable key has spent, over all its keys.
enum class CapUse { near, reached };
// From here on, in hundredths of the cap, a key is near its cap.
inline constexpr int near_cap_percent = 75;

enum class HoldLength { for_good, until_a_time };

// A key expires soon if it does so within this time.
inline constexpr std::chrono::days expires_soon{7};

// A time that one process records may be this much earlier than a decision of another process that
// in fact came first: clocks differ, and times are whole seconds.
inline constexpr base::Seconds replica_clocks_apart_max{5};

// Selects grants and their order. Pages are found by keyset, so that a deep page costs no more than
// the first one.
struct GrantQuery {
    std::string search;  // part of a login, a whole numeric id, or a hint; empty: all
    std::string hint;    // exactly these last characters; empty: any
    std::optional<GrantStatus> status;
    std::optional<bool> is_disabled;
    std::optional<bool> is_expired;             // as of `now`
    bool is_usable = false;                     // active and switched on; upstream has it, and it has not expired
    bool is_missing = false;                    // active, but upstream does not know the key
    std::optional<CapUse> cap_use;              // on the day of `now`
    std::optional<HoldLength> hold;             // of accounts with a hold in force at `now`
    std::optional<base::Timestamp> expires_by;  // not expired at `now`, but at this time
    std::optional<base::Timestamp> created_from, created_before;
    bool is_unused = false;  // nothing was spent, as far as is known
    // Only keys that were made before this time and not used since, as far as is known.
    std::optional<base::Timestamp> not_used_since;
    bool is_ended = false;          // ended keys, for AdminStore::list_ended() rather than list()
    bool without_revoking = false;  // only rows that are not being revoked
    std::vector<std::string> ids;   // only these grants; empty: all
    // Only rows that have replaced these grants at `replaced_from` or later; empty: all.
    std::vector<std::string> successors_of;
    base::Timestamp replaced_from;
    GrantOrder order = GrantOrder::newest;
    std::string cursor;  // of the page before; empty: from the beginning
    int limit = 50;
    base::Timestamp now;  // for is_expired and expires_by
};

// Returns the value of a field; empty if it is absent.
using FieldReader = std::function<std::string(std::string_view name)>;

// Returns the values that `state` may have: the statuses, what else is true of a key ("usable",
// "at_cap", "expired", ...) or of its account ("blocked", "on_hold"), and "ended".
const std::vector<std::string>& state_words();

// Reads a query from the fields of a request: q, state (see state_words()), unused (true, 1, false,
// 0), not_used_since (a date), expires_within (days), from, to (dates, inclusive), sort (newest,
// expiry, spent, last_used). Fails with invalid_input and names the field that makes no sense.
base::Result<GrantQuery> parse_grant_query(const FieldReader& field, base::Timestamp now);

}  // namespace llmapikey
