// What `llmapikey setup` makes of a file .env that is there, and how it writes it.
#include "cli/setup/env_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/system/temporary_folder.hpp"
#include "config/config.hpp"

namespace llmapikey::cli {
namespace {

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

TEST(EnvFileTest, AValueReplacesTheLineOfItsNameAndEverythingElseStays) {
    const std::string before =
        "# A comment about B=\nA=1\nexport B = old\n\n  # B=no\nB=older than the last\nC='x y' # why\n\n";
    EXPECT_EQ(with_assignments(before, {{"B", "new"}, {"D", "4"}}),
              "# A comment about B=\nA=1\n\n  # B=no\nB=new\nC='x y' # why\nD=4\n");
    EXPECT_EQ(with_assignments("", {{"A", "1"}}), "A=1\n");
    EXPECT_EQ(with_assignments("AB=1", {{"A", "2"}}), "AB=1\nA=2\n");
}

TEST(EnvFileTest, WhatIsWrittenIsReadAgain) {
    const Assignments values{{"PLAIN", "a#b=c"},  {"TWO_WORDS", "Ada's class"},
                             {"COMMENT", "a #b"}, {"QUOTE", "\"x\""},
                             {"BLANK", " x "},    {"URL", "https://keys.example.org"}};
    const auto read = config::parse_dotenv(with_assignments("# head\n", values));
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(*read, values);
}

TEST(EnvFileTest, OnlyItsOwnerReadsItAndNothingIsLeftBeside) {
    const base::TemporaryFolder folder;
    const std::string path = folder.path() + "/.env";
    ASSERT_TRUE(write_private_file(path, "A=1\n", IfThere::leave));
    EXPECT_EQ(content_of(path), "A=1\n");
    struct stat status = {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    const auto refused = write_private_file(path, "A=2\n", IfThere::leave);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::conflict);
    EXPECT_EQ(content_of(path), "A=1\n");
    ASSERT_TRUE(write_private_file(path, "A=2\n", IfThere::replace));
    EXPECT_EQ(content_of(path), "A=2\n");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(EnvFileTest, AFolderThatIsNotThereIsNamed) {
    const auto written = write_private_file("/no-such-folder/.env", "A=1\n", IfThere::leave);
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().detail.find("/no-such-folder/.env cannot be written"), std::string::npos);
}

}  // namespace
}  // namespace llmapikey::cli
