#include "sql/statement_file.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

constexpr std::string_view text = R"(-- What the file is about.

-- name: list
-- Why it is so. $1: at most.
{part:rows}
ORDER BY id
    LIMIT $1::bigint

-- name: rows
SELECT {columns}, {epoch:at} FROM things
WHERE {is:new}
)";
const std::vector<SqlWord> words = {
    word("columns", "id, {name}"),
    word("name", "login"),
    {"is", [](const std::string& status) { return "status = '" + status + "'"; }},
};

TEST(StatementFile, TakesLinesWordsAndParts) {
    EXPECT_EQ(statement_of(text, "rows", words), "SELECT id, login, {epoch:at} FROM things WHERE status = 'new'");
    EXPECT_EQ(statement_of(text, "list", words),
              "SELECT id, login, {epoch:at} FROM things WHERE status = 'new' ORDER BY id LIMIT $1::bigint");
}

TEST(StatementFile, IsFoundByItsName) {
    const base::EmbeddedText files[] = {{"other.sql", "-- name: rows\nSELECT 2"}, {"things.sql", text}};
    EXPECT_EQ(statement_of(files, "other.sql", "rows", {}), "SELECT 2");
    EXPECT_EQ(statement_of(files, "things.sql", "rows", words), statement_of(text, "rows", words));
}

TEST(StatementFileDeathTest, WhatIsNotThereEndsTheProgram) {
    const base::EmbeddedText files[] = {{"things.sql", text}};
    EXPECT_DEATH((void)statement_of(files, "others.sql", "rows", words), "in a file that is not there: others.sql");
    EXPECT_DEATH((void)statement_of(text, "nothing", words), "'nothing' is not in its file");
    EXPECT_DEATH((void)statement_of(text, "rows", {}), "a word that nobody knows: .columns.");
}

}  // namespace
}  // namespace llmapikey
