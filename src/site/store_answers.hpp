#pragma once

#include <memory>

#include "site/stored_answers.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// StoredAnswers in either database.
class SqlStoredAnswers final : public StoredAnswers {
public:
    explicit SqlStoredAnswers(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<RequestOutcome> begin(const std::string& actor, const std::string& key, const std::string& fingerprint,
                                       base::Timestamp now) override;
    base::Result<void> finish(const std::string& actor, const std::string& key, const std::string& attempt,
                              const StoredAnswer& answer) override;
    base::Result<void> forget(const std::string& actor, const std::string& key, const std::string& attempt) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
