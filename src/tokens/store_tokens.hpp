#pragma once

#include <memory>

#include "sql/sql_database.hpp"
#include "tokens/api_tokens.hpp"

namespace llmapikey {

// Implements TokenStore for both databases.
class SqlTokenStore final : public TokenStore {
public:
    explicit SqlTokenStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<void> insert(const ApiToken& token, const std::string& hash) override;
    base::Result<std::optional<ApiToken>> find_by_hash(const std::string& hash) override;
    base::Result<std::vector<ApiToken>> list(GithubUserId owner) override;
    base::Result<void> revoke(GithubUserId owner, const std::string& id, base::Timestamp now) override;
    base::Result<void> note_use(const std::string& id, base::Timestamp now) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
