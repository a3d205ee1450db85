#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "service/key_store.hpp"
#include "storage/sqlite/database.hpp"

namespace llmapikey::storage::sqlite {

struct StoreOptions {
    std::string path;
    int readers = 2;                   // connections for reading, beside the one writer
    base::Millis busy_timeout{5'000};  // how long to wait for another process's write
};

// KeyStore in one SQLite file (WAL). The schema must be there: see migrations.hpp.
class SqliteKeyStore final : public service::KeyStore {
public:
    static base::Result<std::unique_ptr<SqliteKeyStore>> open(const StoreOptions& options);

    base::Result<std::optional<domain::Grant>> find(domain::GithubUserId id) override;
    base::Result<service::ReserveOutcome> reserve(const service::ReserveRequest& request) override;
    base::Result<void> activate(const service::Attempt& attempt, const service::Activation& activation) override;
    base::Result<void> mark_ambiguous(const service::Attempt& attempt, const std::string& delete_handle) override;
    base::Result<void> release(const service::Attempt& attempt) override;
    base::Result<void> update_username(const domain::Recipient& recipient) override;
    base::Result<std::vector<domain::Grant>> list_unsettled(base::Timestamp attempted_by, const std::string& after_id,
                                                            int limit) override;
    base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) override;
    base::Result<service::GrantTotals> totals() override;
    base::Result<void> check() override;

private:
    SqliteKeyStore() = default;

    // A reading connection for the length of one operation.
    class Reader {
    public:
        explicit Reader(SqliteKeyStore& store);
        ~Reader();
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        Connection* operator->() { return connection_.get(); }
        Connection& operator*() { return *connection_; }

    private:
        SqliteKeyStore& store_;
        std::unique_ptr<Connection> connection_;
    };

    std::mutex writer_mutex_;
    std::unique_ptr<Connection> writer_;
    std::mutex readers_mutex_;
    std::condition_variable reader_is_free_;
    std::vector<std::unique_ptr<Connection>> readers_;
};

}  // namespace llmapikey::storage::sqlite
