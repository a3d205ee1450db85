// What stands in the place of a secret is refused; what a generator made never is.
#include "config/placeholder.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "config/config.hpp"

namespace llmapikey::config {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

std::vector<Problem> problems_with(const std::string& name, const std::string& value) {
    Values values{{"GITHUB_OAUTH_CLIENT_ID", "Iv1.0123456789abcdef"},
                  {"GITHUB_OAUTH_CLIENT_SECRET", "client-secret-of-the-app"},
                  {"AUTH_SESSION_SECRET", "an-own-secret-of-32-bytes-000001"},
                  {"KEY_ENCRYPTION_SECRET", "an-own-secret-of-32-bytes-000002"},
                  {"OPENROUTER_MANAGEMENT_KEY", "sk-or-v1-management"}};
    values[name] = value;
    const auto config = load(
        [&](std::string_view wanted) -> std::optional<std::string> {
            const auto found = values.find(wanted);
            return found == values.end() ? std::nullopt : std::optional(found->second);
        },
        Need::serve);
    return config ? std::vector<Problem>{} : config.error();
}

TEST(PlaceholderTest, IsRefusedWithHowToMakeASecret) {
    for (const char* name : {"AUTH_SESSION_SECRET", "KEY_ENCRYPTION_SECRET", "AUTH_SESSION_SECRET_ALSO_ACCEPTED"}) {
        for (const std::string& value :
             {std::string("$(openssl rand -base64 32)"), std::string("$(openssl rand -base64 32 | tr -d =)"),
              std::string("`openssl rand -base64 32 -out /dev/stdout`"), std::string("changeme"),
              std::string("change-me-change-me-change-me-change-me"),
              std::string("CHANGE_THIS_TO_32_RANDOM_CHARACTERS!"), std::string("<secret>"),
              std::string("<a random text of 32 bytes or more>"), std::string("your-secret-of-at-least-32-characters"),
              std::string("openssl rand -base64 32 and paste here"), std::string(40, 'x'), std::string(64, '0'),
              std::string("12341234123412341234123412341234")}) {
            const auto problems = problems_with(name, value);
            ASSERT_EQ(problems.size(), 1u) << name << "=" << value;
            EXPECT_EQ(problems.front().variable, name);
            EXPECT_NE(problems.front().message.find("make one with: openssl rand -base64 32"), std::string::npos);
            EXPECT_EQ(problems.front().message.find("too short"), std::string::npos) << value;
        }
    }
    for (const auto& [name, value] :
         std::vector<std::pair<const char*, const char*>>{{"GITHUB_OAUTH_CLIENT_ID", "<client id>"},
                                                          {"GITHUB_OAUTH_CLIENT_ID", "your-client-id"},
                                                          {"GITHUB_OAUTH_CLIENT_SECRET", "changeme"},
                                                          {"GITHUB_OAUTH_CLIENT_SECRET", "$(cat /run/secrets/github)"},
                                                          {"OPENROUTER_MANAGEMENT_KEY", "sk-or-v1-..."},
                                                          {"OPENROUTER_MANAGEMENT_KEY", "<sk-or-v1-your-key>"}})
        EXPECT_EQ(problems_with(name, value).size(), 1u) << name << "=" << value;
}

TEST(PlaceholderTest, TheFormerSecretMayBeOneSoThatItCanBeChanged) {
    EXPECT_TRUE(problems_with("KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED", std::string(40, 'x')).empty());
    const auto problems = problems_with("KEY_ENCRYPTION_SECRET", std::string(40, 'x'));
    ASSERT_EQ(problems.size(), 1u);
    EXPECT_NE(problems.front().message.find("KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED"), std::string::npos);
}

TEST(PlaceholderTest, NothingRandomIsTakenForOne) {
    for (int i = 0; i < 20'000; ++i) {
        const std::string bytes = base::random_bytes(32);
        for (const std::string& value : {base::to_hex(bytes), base::to_base64(bytes), base::to_hex(bytes).substr(48)})
            ASSERT_EQ(placeholder_in(value), "") << value;
        std::string signs;  // of all that can be printed
        for (const char c : bytes)
            signs += static_cast<char>('!' + static_cast<unsigned char>(c) % 94);
        // One in a million is written like a command, and is refused for that.
        if (signs.starts_with("$(") && signs.ends_with(')')) continue;
        ASSERT_EQ(placeholder_in(signs), "") << signs;
    }
    for (const char* value : {"correct horse battery staple and more", "Iv1.8a61f9b3a7aba766", "1111-2222-3333", "",
                              "$(x", "<b>bold</b> <i>secret</i>", "session-secret-of-the-tests-0123456789"})
        EXPECT_EQ(placeholder_in(value), "") << value;
}

}  // namespace
}  // namespace llmapikey::config
