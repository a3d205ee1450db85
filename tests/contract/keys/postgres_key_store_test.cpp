// What is particular to PostgreSQL's KeyStore.
#include <gtest/gtest.h>

#include "support/postgres_database.hpp"

namespace llmapikey::test {
namespace {

using postgres::Patience;

TEST(PostgresKeyStoreTest, AFullDiskIsNoticedAndOverOnceAWriteSucceeds) {
    reset_schema();
    const auto database = open_database(postgres_url());
    postgres::PostgresKeyStore store(database);
    ASSERT_TRUE(store.check());
    run_sql(
        "CREATE FUNCTION llmapikey.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; "
        "CREATE TRIGGER full_disk BEFORE INSERT ON llmapikey.facts EXECUTE FUNCTION llmapikey.fill()");
    EXPECT_TRUE(store.check()) << "nobody has written yet";
    const auto failed =
        database->run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", {}, Patience::fail_fast);
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().detail.find("the database's disk is full"), std::string::npos) << failed.error().detail;
    for (int i = 0; i < 2; ++i) {
        const auto checked = store.check();
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, base::Errc::store_unwritable) << checked.error().detail;
    }
    run_sql("DROP TRIGGER full_disk ON llmapikey.facts");
    EXPECT_TRUE(store.check());
    EXPECT_FALSE(database->is_doubtful());
    EXPECT_EQ(run_sql("SELECT count(*) FROM llmapikey.facts"), "0") << "what was written to find out is not kept";
}

}  // namespace
}  // namespace llmapikey::test
