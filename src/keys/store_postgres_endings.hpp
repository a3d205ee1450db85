#pragma once

#include <memory>

#include "keys/store_endings.hpp"
#include "sql/postgres/database.hpp"

namespace llmapikey::postgres {

class PostgresGrantEndings final : public GrantEndings {
public:
    explicit PostgresGrantEndings(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    base::Result<int> begin(const std::vector<std::string>& grant_ids, const Ending& ending) override;
    base::Result<void> finish(const Grant& grant, base::Timestamp now) override;
    base::Result<int> begin_replacement(const std::string& grant_id, const Ending& ending) override;
    base::Result<int> finish_replacement(const Grant& grant, const std::string& new_id, base::Timestamp now) override;

private:
    std::shared_ptr<Database> database_;
};

}  // namespace llmapikey::postgres
