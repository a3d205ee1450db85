#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/system/temporary_folder.hpp"
#include "keys/store_sqlite_keys.hpp"
#include "schema/sqlite_migrations.hpp"

namespace llmapikey::test {

// A place for a database. It is deleted with the test.
class TemporaryFolder {
public:
    std::string file() const { return folder_.path() + "/llmapikey.db"; }

private:
    base::TemporaryFolder folder_;
};

inline std::unique_ptr<sqlite::Connection> migrated(const std::string& path) {
    auto connection = sqlite::Connection::open(path, sqlite::Access::read_write, base::Millis{5000});
    EXPECT_TRUE(connection) << connection.error().detail;
    const base::SystemClock clock;
    const auto applied = sqlite::make_migrator(**connection, clock).up();
    EXPECT_TRUE(applied) << applied.error().detail;
    return std::move(*connection);
}

inline std::shared_ptr<sqlite::Connections> open_connections(const std::string& path) {
    migrated(path);
    auto connections = sqlite::Connections::open({path, 2, base::Millis{5000}}, sqlite::check_schema);
    EXPECT_TRUE(connections) << connections.error().detail;
    return *connections;
}

inline std::unique_ptr<sqlite::SqliteKeyStore> open_migrated(const std::string& path) {
    return std::make_unique<sqlite::SqliteKeyStore>(open_connections(path));
}

}  // namespace llmapikey::test
