#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// What a database remembers of attempts beyond its rows: by that a key upstream which no row knows
// is told to be the leftover of an attempt of its own, or another life's of the installation. The
// stores write down each attempt that they give up, in the same transaction. Blocking, thread-safe;
// can fail with Errc::store_unavailable.
class AttemptHistory {
public:
    virtual ~AttemptHistory() = default;

    // Those among `nonces` that are of attempts of this database: of a row, or given up.
    virtual base::Result<std::set<std::string>> remembered(const std::vector<std::string>& nonces) = 0;
    // Since when this program writes this database. A copy of it has the same history.
    virtual base::Result<base::Timestamp> began_at() = 0;
    // Of keys whose attempts it did not remember: that one is ended without a person's word, and
    // which were since.
    virtual base::Result<void> note_unremembered_end(const std::string& delete_handle, base::Timestamp now) = 0;
    virtual base::Result<std::vector<std::string>> unremembered_ends(base::Timestamp since) = 0;
    // Forgets what was written down longer ago than `age`, by the database's own clock.
    virtual base::Result<void> prune(base::Seconds age) = 0;
};

}  // namespace llmapikey
