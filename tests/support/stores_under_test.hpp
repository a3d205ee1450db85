#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "audit/store_postgres_audit_log.hpp"
#include "audit/store_sqlite_audit_log.hpp"
#include "base/crypto.hpp"
#include "keys/store_admin.hpp"
#include "keys/store_attempt_history.hpp"
#include "keys/store_mint_queue.hpp"
#include "keys/store_postgres_endings.hpp"
#include "keys/store_replacement.hpp"
#include "keys/store_sqlite_endings.hpp"
#include "spending/store_spending.hpp"
#include "sql/postgres/postgres_sql.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_attempt_history.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"
#include "support/postgres_database.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {

// Empty stores of each kind: "sqlite", "postgres", "pgbouncer", and "memory", which has no sql_.
class StoresUnderTest : public testing::TestWithParam<std::string> {
protected:
    StoresUnderTest() {
        if (GetParam() == "memory") {
            open_memory();
            return;
        }
        if (GetParam() == "sqlite") {
            const auto connections = open_connections(folder_.file());
            keys_ = std::make_unique<sqlite::SqliteKeyStore>(connections);
            audit_ = std::make_unique<sqlite::SqliteAuditLog>(connections);
            open_shared(std::make_shared<sqlite::SqliteSql>(connections),
                        std::make_shared<sqlite::SqliteGrantEndings>(connections));
            return;
        }
        reset_schema();
        const auto database = open_database(GetParam() == "postgres" ? postgres_url() : pgbouncer_url());
        keys_ = std::make_unique<postgres::PostgresKeyStore>(database);
        audit_ = std::make_unique<postgres::PostgresAuditLog>(database);
        open_shared(std::make_shared<postgres::PostgresSql>(database),
                    std::make_shared<postgres::PostgresGrantEndings>(database));
    }

    void open_memory() {
        const auto memory = std::make_shared<MemoryKeyStore>();
        keys_ = memory;
        admin_ = memory;
        replacements_ = memory;
        queue_ = memory;
        spending_ = memory;
        audit_ = std::make_shared<MemoryAuditLog>();
        history_ = std::make_shared<MemoryAttemptHistory>(*memory);
    }
    void open_shared(std::shared_ptr<SqlDatabase> database, std::shared_ptr<GrantEndings> endings) {
        sql_ = std::move(database);
        endings_ = endings;
        admin_ = std::make_unique<SqlAdminStore>(sql_, endings);
        replacements_ = std::make_unique<SqlReplacementStore>(sql_, std::move(endings));
        history_ = std::make_unique<SqlAttemptHistory>(sql_);
        queue_ = std::make_unique<SqlMintQueue>(sql_);
        spending_ = std::make_unique<SqlSpendingStore>(sql_);
    }

    Grant reserve(std::int64_t account, const std::string& login = "login") {
        const ReserveRequest request{{{account}, login},
                                     base::random_uuid(),
                                     base::random_token(16),
                                     base::MicroUsd{2'500'000},
                                     clock_.now(),
                                     clock_.now() + std::chrono::days{90},
                                     0};
        const auto outcome = keys_->reserve(request);
        if (!outcome || !std::holds_alternative<Reserved>(*outcome)) throw std::runtime_error("not reserved");
        return std::get<Reserved>(*outcome).grant;
    }
    Grant issue(std::int64_t account, const std::string& login = "login") {
        const auto grant = reserve(account, login);
        const std::string number = std::to_string(account);
        const auto activated =
            keys_->activate({{account}, grant.id, grant.nonce}, {"handle-" + number, "v1.sealed", "h" + number});
        if (!activated) throw std::runtime_error(activated.error().detail);
        return *keys_->find({account}).value();
    }
    // Returns the accounts whose keys a query lists, in its order.
    std::vector<std::int64_t> accounts(const GrantQuery& query) {
        std::vector<std::int64_t> found;
        const auto page = admin_->list(query);
        EXPECT_TRUE(page) << page.error().detail;
        for (const Grant& grant : page->grants)
            found.push_back(grant.github_user_id.value);
        return found;
    }
    // Returns a reading of a key that was made today and has spent so much since.
    SpendingReading reading_today(const std::string& handle, std::int64_t micro_usd) {
        const base::MicroUsd spent{micro_usd};
        return {handle, spent, spent, spent, clock_.now(), {}};
    }
    Ending ending(std::optional<Hold> hold = {}, const std::string& bulk_id = "") {
        return {"github:1003", "leaked", std::move(hold), clock_.now(), bulk_id};
    }

    TemporaryFolder folder_;
    ManualClock clock_;
    std::shared_ptr<KeyStore> keys_;
    std::shared_ptr<AuditLog> audit_;
    std::shared_ptr<SqlDatabase> sql_;
    std::shared_ptr<GrantEndings> endings_;
    std::shared_ptr<AdminStore> admin_;
    std::shared_ptr<ReplacementStore> replacements_;
    std::shared_ptr<AttemptHistory> history_;
    std::shared_ptr<MintQueue> queue_;
    std::shared_ptr<SpendingStore> spending_;
};

}  // namespace llmapikey::test
