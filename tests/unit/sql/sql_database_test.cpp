#include "sql/sql_database.hpp"

#include <gtest/gtest.h>

namespace llmapikey::test {
namespace {

TEST(TranslatedSql, SaysTheSameInBothDialects) {
    const std::string sql =
        "SELECT {epoch:made} FROM llmapikey.keys WHERE made > {time:$1} AND id = $2::uuid LIMIT $3::bigint";
    EXPECT_EQ(translated(sql, Dialect::sqlite), "SELECT made FROM keys WHERE made > ?1 AND id = ?2 LIMIT ?3");
    EXPECT_EQ(
        translated(sql, Dialect::postgres),
        "SELECT floor(extract(epoch FROM made))::bigint FROM llmapikey.keys WHERE made > to_timestamp($1::bigint) "
        "AND id = $2::uuid LIMIT $3::bigint");
}

TEST(TranslatedSql, TakesAListAsOneText) {
    EXPECT_EQ(translated("id {in:$1}", Dialect::postgres), "id = ANY (string_to_array($1, ',')::uuid[])");
    EXPECT_EQ(translated("id {in:$1}", Dialect::sqlite),
              "id IN (SELECT value FROM json_each('[\"' || replace(?1, ',', '\",\"') || '\"]'))");
}

}  // namespace
}  // namespace llmapikey::test
