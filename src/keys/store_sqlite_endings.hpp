#pragma once

#include <memory>

#include "keys/store_endings.hpp"
#include "sql/sqlite/connections.hpp"

namespace llmapikey::sqlite {

class SqliteGrantEndings final : public GrantEndings {
public:
    explicit SqliteGrantEndings(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

    base::Result<int> begin(const std::vector<std::string>& grant_ids, const Ending& ending) override;
    base::Result<void> finish(const Grant& grant, base::Timestamp now) override;
    base::Result<int> begin_replacement(const std::string& grant_id, const Ending& ending) override;
    base::Result<int> finish_replacement(const Grant& grant, const std::string& new_id, base::Timestamp now) override;

private:
    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::sqlite
