#pragma once

#include <memory>

#include "sealing/resealing.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey::storage {

// What is sealed, in either database.
class SqlSealedStore final : public service::SealedStore {
public:
    explicit SqlSealedStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<std::int64_t> count_others(service::SealedKind kind, const std::string& prefix) override;
    base::Result<std::vector<service::SealedText>> list_others(service::SealedKind kind, const std::string& prefix,
                                                               const std::string& after, int limit) override;
    base::Result<void> replace(service::SealedKind kind, const std::vector<service::ResealedText>& texts) override;
    base::Result<std::optional<std::string>> canary() override;
    base::Result<bool> write_canary(const std::optional<std::string>& before, const std::string& after) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey::storage
