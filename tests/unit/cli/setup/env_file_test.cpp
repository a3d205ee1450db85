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
    EXPECT_TRUE(check_reading(with_assignments("# head\n", values), values));
}

TEST(EnvFileTest, WhatWouldBeReadAsSomethingElseIsNamed) {
    for (const char* const value : {"two\nlines", "'one' \"kind\"", "it's \"x\" #y"}) {
        const Assignments values{{"A", "1"}, {"EVENT_NAME", value}};
        const auto checked = check_reading(with_assignments("", values), values);
        ASSERT_FALSE(checked) << value;
        EXPECT_TRUE(checked.error().detail.starts_with("EVENT_NAME ")) << checked.error().detail;
    }
    EXPECT_FALSE(check_reading("A=2\n", {{"A", "1"}}));
    EXPECT_FALSE(check_reading("", {{"A", "1"}}));
}

TEST(EnvFileTest, OnlyItsOwnerReadsItAndNothingIsLeftBeside) {
    const base::TemporaryFolder folder;
    const std::string path = folder.path() + "/.env";
    ASSERT_TRUE(try_writing(path));
    EXPECT_EQ(read_env_file(path).value(), std::nullopt);
    ASSERT_TRUE(write_private_file(path, "A=1\n", std::nullopt));
    EXPECT_EQ(content_of(path), "A=1\n");
    struct stat status = {};
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);

    const auto refused = write_private_file(path, "A=2\n", std::nullopt);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::Errc::conflict);
    EXPECT_EQ(content_of(path), "A=1\n");
    const auto changed = write_private_file(path, "A=2\n", "A=0\n");
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code, base::Errc::conflict);
    EXPECT_EQ(content_of(path), "A=1\n") << "somebody has changed it meanwhile";
    ASSERT_TRUE(write_private_file(path, "A=2\n", "A=1\n"));
    EXPECT_EQ(content_of(path), "A=2\n");
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(EnvFileTest, AFolderThatIsNotThereIsNamed) {
    const std::string expected = "/no-such-folder/.env cannot be written: No such file or directory";
    const auto tried = try_writing("/no-such-folder/.env");
    ASSERT_FALSE(tried);
    EXPECT_TRUE(tried.error().detail.starts_with(expected)) << tried.error().detail;
    const auto written = write_private_file("/no-such-folder/.env", "A=1\n", std::nullopt);
    ASSERT_FALSE(written);
    EXPECT_TRUE(written.error().detail.starts_with(expected)) << written.error().detail;
}

}  // namespace
}  // namespace llmapikey::cli
