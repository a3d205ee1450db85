#pragma once

#include "service/admin_store.hpp"

namespace llmapikey::storage {

// The two writes that end a grant, which each database does in its own way. As service::AdminStore's of these names.
class GrantEndings {
public:
    virtual ~GrantEndings() = default;
    virtual base::Result<int> begin(const std::vector<std::string>& grant_ids, const service::Ending& ending) = 0;
    virtual base::Result<void> finish(const domain::Grant& grant, base::Timestamp now) = 0;
};

// UUIDs separated by commas, as {in:} takes them.
std::string joined(const std::vector<std::string>& ids);

}  // namespace llmapikey::storage
