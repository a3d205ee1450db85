#pragma once

#include <memory>

#include "keys/mint_queue.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// MintQueue in either database.
class SqlMintQueue final : public MintQueue {
public:
    explicit SqlMintQueue(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<Grant> claim(const Claim& claim) override;
    base::Result<void> requeue(const Attempt& attempt, const Requeue& requeue) override;
    base::Result<std::vector<Grant>> list_due(base::Timestamp now, int limit) override;
    base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) override;
    base::Result<AccountPast> past_of(const Seat& seat) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
