#pragma once

#include <memory>

#include "keys/mint_queue.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey::storage {

// MintQueue in either database.
class SqlMintQueue final : public service::MintQueue {
public:
    explicit SqlMintQueue(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<domain::Grant> claim(const service::Claim& claim) override;
    base::Result<void> requeue(const service::Attempt& attempt, const service::Requeue& requeue) override;
    base::Result<std::vector<domain::Grant>> list_due(base::Timestamp now, int limit) override;
    base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) override;
    base::Result<service::AccountPast> past_of(domain::GithubUserId id) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey::storage
