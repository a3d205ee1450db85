#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// The database's memory of attempts beyond its rows. It tells whether an upstream key without a row
// was left by an attempt of this database or comes from another life of the installation. The
// stores record each attempt that they give up, in the same transaction. Blocking; thread-safe; can
// fail with Errc::store_unavailable.
class AttemptHistory {
public:
    virtual ~AttemptHistory() = default;

    // Returns those of `nonces` that belong to attempts of this database: of a row, or given up.
    virtual base::Result<std::set<std::string>> remembered(const std::vector<std::string>& nonces) = 0;
    // Returns since when this program writes this database. A copy of the database has the same
    // history.
    virtual base::Result<base::Timestamp> began_at() = 0;
    // Records that a key of an unremembered attempt is ended without a person's word.
    // unremembered_ends() returns these keys since `since`.
    virtual base::Result<void> note_unremembered_end(const std::string& delete_handle, base::Timestamp now) = 0;
    virtual base::Result<std::vector<std::string>> unremembered_ends(base::Timestamp since) = 0;
    // Deletes attempts that were given up longer ago than `age`, by the database's clock.
    virtual base::Result<void> prune(base::Seconds age) = 0;
};

}  // namespace llmapikey
