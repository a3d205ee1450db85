// Files of settings and of secrets that are no plain text files.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "base/system/temporary_folder.hpp"
#include "config/config.hpp"
#include "config/plain_file.hpp"

namespace llmapikey::config {
namespace {

class PlainFileTest : public testing::Test {
protected:
    std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
    std::string file(const std::string& name, const std::string& text) {
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }
    // What is said of it as `.env`, and as the file of a secret.
    static std::string said_of_settings(const std::string& path) {
        const auto environment = read_environment(path);
        return environment ? std::string() : environment.error().front().message;
    }
    static std::string said_of_secret(const std::string& path) {
        const auto lookup = with_secret_files([&](std::string_view name) {
            return name == "AUTH_SESSION_SECRET_FILE" ? std::optional(path) : std::nullopt;
        });
        return lookup ? std::string() : lookup.error().front().message;
    }
    void expect_both_say(const std::string& path, const std::string& words) {
        for (const std::string& said : {said_of_settings(path), said_of_secret(path)})
            EXPECT_NE(said.find(words), std::string::npos) << path << ": " << said;
    }

    base::TemporaryFolder folder_;
};

TEST_F(PlainFileTest, ALinkThatLeadsNowhereIsNotTakenForNoFile) {
    ASSERT_EQ(::symlink("/nowhere/settings", path("link").c_str()), 0);
    expect_both_say(path("link"), "is a link to /nowhere/settings, where nothing is");
    const auto lookup = with_secret_files([&](std::string_view name) {
        return name == "CREDENTIALS_DIRECTORY" ? std::optional(folder_.path()) : std::nullopt;
    });
    ASSERT_TRUE(lookup);
    ASSERT_EQ(::symlink("gone", path("AUTH_SESSION_SECRET").c_str()), 0);
    EXPECT_FALSE(with_secret_files([&](std::string_view name) {
        return name == "CREDENTIALS_DIRECTORY" ? std::optional(folder_.path()) : std::nullopt;
    }));
}

TEST_F(PlainFileTest, WhatHasNoEndIsNotReadToIt) {
    const auto before = std::chrono::steady_clock::now();
    expect_both_say("/dev/zero", "is a device");
    expect_both_say(folder_.path(), "is a folder");
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path("socket").copy(address.sun_path, sizeof address.sun_path - 1);
    const int server = ::socket(AF_UNIX, SOCK_STREAM, 0);
    ASSERT_EQ(::bind(server, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    expect_both_say(path("socket"), "is a socket");
    ::close(server);
    const std::string huge = file("huge", "A=1\n");
    ASSERT_EQ(::truncate(huge.c_str(), off_t{1} << 40), 0);
    expect_both_say(huge, "is longer than");
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{1});
    EXPECT_EQ(said_of_settings("/dev/null"), "");
}

TEST_F(PlainFileTest, APipeIsReadIfSomebodyWritesIntoIt) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), S_IRWXU), 0);
    std::thread writer([&] { std::ofstream(path("pipe")) << "MAX_TOTAL_KEYS=7\n"; });
    const auto environment = read_environment(path("pipe"));
    writer.join();
    ASSERT_TRUE(environment) << environment.error().front().message;
    EXPECT_EQ(environment->lookup("MAX_TOTAL_KEYS"), "7");
    const auto before = std::chrono::steady_clock::now();
    const auto refused =
        read_plain_file(path("pipe"), {1024, "is too long", "put a file there", std::chrono::seconds{1}});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("is a pipe into which nobody wrote"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds{10});
}

TEST_F(PlainFileTest, WhatIsNoTextIsSaidToBeWhatItIs) {
    std::string wide;
    for (const char c : std::string("0123456789012345678901234567890123456789"))
        (wide += c) += '\0';
    expect_both_say(file("marked", "\xff\xfe" + wide), "is UTF-16: save it as UTF-8");
    expect_both_say(file("unmarked", wide), "is UTF-16: save it as UTF-8");
    expect_both_say(file("big-endian", std::string(1, '\0') + wide), "is UTF-16: save it as UTF-8");
    expect_both_say(file("bytes", std::string("\x01\x02\x00\x03mnopqrstuvwxyz0123456789abcdef=#", 34)),
                    "holds NUL bytes");
    EXPECT_EQ(said_of_secret(file("text", "w\xc3\xb6rter 0123456789012345678901234567")), "");
}

TEST(DotenvQuoteTest, WhatIsWrongWithAQuoteIsSaidByLineAndName) {
    const auto said = [](std::string_view text) { return parse_dotenv(text).error().detail; };
    const std::string open = said("A=1\n\nKEY_ENCRYPTION_SECRET=\"never shown\nB=2\n");
    EXPECT_EQ(open.find("line 3: the value of KEY_ENCRYPTION_SECRET begins with a quote (\") that is not closed"), 0u)
        << open;
    EXPECT_EQ(open.find("never shown"), std::string::npos);
    const std::string behind = said("B='never' shown");
    EXPECT_EQ(behind.find("line 1: the value of B has text behind its closing quote"), 0u) << behind;
    EXPECT_EQ(behind.find("shown"), std::string::npos);
}

}  // namespace
}  // namespace llmapikey::config
