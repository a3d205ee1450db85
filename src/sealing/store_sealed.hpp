#pragma once

#include <memory>

#include "sealing/reencryption.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// SealedStore in either database.
class SqlSealedStore final : public SealedStore {
public:
    explicit SqlSealedStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<std::int64_t> count_others(SealedKind kind, const std::string& prefix) override;
    base::Result<std::vector<SealedText>> list_others(SealedKind kind, const std::string& prefix,
                                                      const std::string& after, int limit) override;
    base::Result<void> replace(SealedKind kind, const std::vector<ReencryptedText>& texts) override;
    base::Result<std::optional<std::string>> canary() override;
    base::Result<bool> write_canary(const std::optional<std::string>& before, const std::string& after) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
