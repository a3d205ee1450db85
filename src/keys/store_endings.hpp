#pragma once

#include "keys/admin_store.hpp"

namespace llmapikey {

// The writes that end a grant, which each database does in its own way. They behave as those of
// AdminStore and ReplacementStore.
class GrantEndings {
public:
    virtual ~GrantEndings() = default;
    virtual base::Result<int> begin(const std::vector<std::string>& grant_ids, const Ending& ending) = 0;
    virtual base::Result<void> finish(const Grant& grant, base::Timestamp now) = 0;
    // Returns how many began: one or none.
    virtual base::Result<int> begin_replacement(const std::string& grant_id, const Ending& ending) = 0;
    virtual base::Result<int> finish_replacement(const Grant& grant, const std::string& new_id,
                                                 base::Timestamp now) = 0;
};

// Joins UUIDs with commas, as {in:} takes them.
std::string joined(const std::vector<std::string>& ids);

}  // namespace llmapikey
