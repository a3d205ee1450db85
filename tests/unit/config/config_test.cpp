#include "config/config.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "base/system/temporary_folder.hpp"

namespace llmapikey::config {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

Values good_values() {
    return {{"GITHUB_OAUTH_CLIENT_ID", "Iv1.0123456789abcdef"},
            {"GITHUB_OAUTH_CLIENT_SECRET", "client-secret-of-the-app"},
            {"AUTH_SESSION_SECRET", "an-own-secret-of-32-bytes-000001"},
            {"KEY_ENCRYPTION_SECRET", "an-own-secret-of-32-bytes-000002"},
            {"OPENROUTER_MANAGEMENT_KEY", "sk-or-v1-management"},
            {"PROVISIONING_ENABLED", "true"}};
}

Lookup lookup_in(Values values) {
    return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

tl::expected<Config, std::vector<Problem>> load_values(const Values& values, Need need = Need::serve) {
    return load(lookup_in(values), need);
}

TEST(ConfigTest, GoodValuesLoadWithTheDocumentedDefaults) {
    const auto config = load_values(good_values());
    ASSERT_TRUE(config) << config.error().front().message;
    EXPECT_TRUE(config->is_provisioning_enabled);
    EXPECT_EQ(config->max_total_keys, 500);
    EXPECT_EQ(config->key_daily_limit.value, 10'000'000);
    EXPECT_EQ(config->key_expiry, std::chrono::days{90});
    EXPECT_EQ(config->listen, "127.0.0.1:3000");
    EXPECT_EQ(config->data_dir, "./data");
    EXPECT_EQ(config->rate_limit_per_minute, 60);
    EXPECT_EQ(config->connections_max, 10'000);
    EXPECT_EQ(config->max_client_connections, 2'500);
    EXPECT_EQ(config->provider.url, "https://openrouter.ai/api/v1");
}

TEST(ConfigTest, EveryRequiredVariableThatIsMissingIsNamedAtOnce) {
    const auto config = load_values({{"PROVISIONING_ENABLED", "true"}});
    ASSERT_FALSE(config);
    for (const char* name : {"GITHUB_OAUTH_CLIENT_ID", "GITHUB_OAUTH_CLIENT_SECRET", "AUTH_SESSION_SECRET",
                             "KEY_ENCRYPTION_SECRET", "OPENROUTER_MANAGEMENT_KEY"}) {
        EXPECT_TRUE(std::any_of(config.error().begin(), config.error().end(), [&](const Problem& problem) {
            return problem.variable == name;
        })) << name;
    }
}

struct BadValue {
    const char* name;
    const char* value;
};
class BadValueTest : public testing::TestWithParam<BadValue> {};

TEST_P(BadValueTest, IsAProblemThatNamesTheVariable) {
    Values values = good_values();
    values[GetParam().name] = GetParam().value;
    const auto config = load_values(values);
    ASSERT_FALSE(config) << GetParam().name << "=" << GetParam().value;
    ASSERT_EQ(config.error().size(), 1u);
    EXPECT_EQ(config.error().front().variable, GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadValueTest,
    testing::Values(
        BadValue{"AUTH_SESSION_SECRET", "31-bytes-31-bytes-31-bytes-31-b"}, BadValue{"KEY_ENCRYPTION_SECRET", "short"},
        BadValue{"PROVISIONING_ENABLED", "TRUE"}, BadValue{"PROVISIONING_ENABLED", "1"},
        BadValue{"PROVISIONING_ENABLED", " true"}, BadValue{"MAX_TOTAL_KEYS", "-1"}, BadValue{"MAX_TOTAL_KEYS", "ten"},
        BadValue{"MAX_TOTAL_KEYS", "1e3"}, BadValue{"KEY_DAILY_LIMIT_USD", "0"}, BadValue{"KEY_DAILY_LIMIT_USD", "-5"},
        BadValue{"KEY_DAILY_LIMIT_USD", "ten"}, BadValue{"KEY_DAILY_LIMIT_USD", "nan"},
        BadValue{"KEY_DAILY_LIMIT_USD", "inf"}, BadValue{"KEY_DAILY_LIMIT_USD", "10 USD"},
        BadValue{"KEY_DAILY_LIMIT_USD", "0.0000001"}, BadValue{"KEY_EXPIRY_DAYS", "0"},
        BadValue{"KEY_EXPIRY_DAYS", "1.5"}, BadValue{"KEY_EXPIRY_DAYS", "99999"},
        BadValue{"ADMIN_GITHUB_USER_IDS", "octocat"}, BadValue{"ADMIN_GITHUB_USER_IDS", "1,,2"},
        BadValue{"ADMIN_GITHUB_USER_IDS", "01"}, BadValue{"PUBLIC_URL", "keys.example.org"},
        BadValue{"PUBLIC_URL", "https://keys.example.org/path"}, BadValue{"PUBLIC_URL", "ftp://x"},
        BadValue{"RATE_LIMIT_PER_MINUTE", "many"}, BadValue{"MAX_CONNECTIONS", "15"},
        BadValue{"MAX_CONNECTIONS_PER_CLIENT", "-1"}, BadValue{"OPENROUTER_WORKSPACE_ID", "default"},
        BadValue{"OPENROUTER_GUARDRAIL_ID", "my-guardrail"},
        BadValue{"OPENROUTER_GUARDRAIL_ID", "123e4567-e89b-42d3-a456-42661417400"},
        BadValue{"GITHUB_URL", "github.com"}, BadValue{"GITHUB_API_URL", "https://"},
        BadValue{"OPENROUTER_URL", "https://host/api?x=1"}, BadValue{"UPSTREAM_TIMEOUT_SECONDS", "0"},
        BadValue{"LOG_LEVEL", "loud"}, BadValue{"POSTGRES_URL", "mysql://localhost/x"},
        BadValue{"POSTGRES_POOL_SIZE", "0"}, BadValue{"DRAIN_SECONDS", "-1"}, BadValue{"KEEP_ALIVE_SECONDS", "0"},
        BadValue{"HSTS_INCLUDE_SUBDOMAINS", "yes"}, BadValue{"GITHUB_OAUTH_CLIENT_ID", "a\nb"},
        BadValue{"ORGANIZER_NAME", "a\x1b[31m"}, BadValue{"ORGANIZER_NAME", "a\xe2\x80\xae"},
        BadValue{"ORGANIZER_NAME", "\xe2\x80\x8b"}, BadValue{"EVENT_NAME", "a\xff"},
        BadValue{"ORGANIZER_CONTACT", "http://example.org/help"}, BadValue{"ORGANIZER_CONTACT", "javascript:alert(1)"},
        BadValue{"ORGANIZER_CONTACT", "https://"}, BadValue{"ORGANIZER_CONTACT", "https://us@example.org/"},
        BadValue{"ORGANIZER_CONTACT", "help"}, BadValue{"ORGANIZER_CONTACT", "help@"},
        BadValue{"ORGANIZER_CONTACT", "mailto:"}, BadValue{"ORGANIZER_CONTACT", "a@example.org,b@example.org"},
        BadValue{"ORGANIZER_CONTACT", "help @example.org"}, BadValue{"ORGANIZER_CONTACT", "https://example.org/\"x"}));

TEST(ConfigTest, TextsAboutTheOrganizerAreTakenAsPagesShowThem) {
    Values values = good_values();
    values["ORGANIZER_NAME"] = "  Caf\xc3\xa9 & Friends ";
    values["EVENT_NAME"] = "Summer School";
    auto config = load_values(values);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->organizer.name, "Caf\xc3\xa9 & Friends");
    EXPECT_EQ(config->organizer.event_name, "Summer School");
    EXPECT_EQ(config->organizer.contact, "");
    for (const auto& [given, link] : std::vector<std::pair<std::string, std::string>>{
             {"help@example.org", "mailto:help@example.org"},
             {"keys+help@localhost", "mailto:keys+help@localhost"},
             {"mailto:help@example.org?subject=Keys", "mailto:help@example.org?subject=Keys"},
             {"https://example.org", "https://example.org"},
             {"https://chat.example.org:8443/@help?x=1#y", "https://chat.example.org:8443/@help?x=1#y"}}) {
        values["ORGANIZER_CONTACT"] = given;
        config = load_values(values);
        ASSERT_TRUE(config) << given;
        EXPECT_EQ(config->organizer.contact, link);
    }
}

TEST(ConfigTest, TextsAboutTheOrganizerHaveALength) {
    for (const auto& [name, most] :
         std::vector<std::pair<std::string, std::size_t>>{{"ORGANIZER_NAME", 80}, {"EVENT_NAME", 60}}) {
        Values values = good_values();
        std::string text;
        for (std::size_t i = 0; i < most; ++i)
            text += "\xc3\xa4";
        values[name] = text;
        EXPECT_TRUE(load_values(values)) << name;
        values[name] = text + "x";
        const auto config = load_values(values);
        ASSERT_FALSE(config) << name;
        EXPECT_EQ(config.error().front().message, "may have at most " + std::to_string(most) + " characters");
    }
}

TEST(ConfigTest, NoProblemShowsASecret) {
    Values values = good_values();
    values["AUTH_SESSION_SECRET"] = "hunter2";
    values["KEY_ENCRYPTION_SECRET"] = "hunter3";
    const auto config = load_values(values);
    ASSERT_FALSE(config);
    for (const Problem& problem : config.error())
        EXPECT_EQ(problem.message.find("hunter"), std::string::npos);
}

TEST(ConfigTest, MintingCanBePausedWithoutAManagementKey) {
    Values values = good_values();
    values.erase("OPENROUTER_MANAGEMENT_KEY");
    values["PROVISIONING_ENABLED"] = "false";
    EXPECT_TRUE(load_values(values));
}

TEST(ConfigTest, MigrateNeedsNothingButTheDatabase) {
    EXPECT_TRUE(load_values({}, Need::database));
}

TEST(ConfigTest, TrailingSlashesOfUrlsDoNotMatter) {
    Values values = good_values();
    values["PUBLIC_URL"] = "https://keys.example.org/";
    values["OPENROUTER_URL"] = "http://127.0.0.1:9/api/v1//";
    const auto config = load_values(values);
    ASSERT_TRUE(config);
    EXPECT_EQ(config->public_url, "https://keys.example.org");
    EXPECT_EQ(config->provider.url, "http://127.0.0.1:9/api/v1");
}

TEST(ConfigTest, ThePublicUrlIsWrittenAsBrowsersWriteIt) {
    for (const auto& [given, read] : std::vector<std::pair<std::string, std::string>>{
             {"https://keys.example.org:443", "https://keys.example.org"},
             {"http://KEYS.example.org:80/", "http://keys.example.org"},
             {"https://keys.example.org:8443", "https://keys.example.org:8443"},
             {"https://keys.example.org:", "https://keys.example.org"},
             {"https://[2001:DB8:0::1]", "https://[2001:db8::1]"},
             {"http://127.1:3000", "http://127.0.0.1:3000"},
             {"http://[::1]:3000", "http://[::1]:3000"}}) {
        Values values = good_values();
        values["PUBLIC_URL"] = given;
        const auto config = load_values(values);
        ASSERT_TRUE(config) << given;
        EXPECT_EQ(config->public_url, read);
    }
}

TEST(ConfigTest, APublicUrlThatNobodyCanOpenIsRefusedWithWhatToDo) {
    for (const auto& [given, words] :
         std::vector<std::pair<std::string, std::string>>{{"https://YOUR-HOST", "placeholder"},
                                                          {"https://keys.your-domain.org", "placeholder"},
                                                          {"https://<host>", "placeholder"},
                                                          {"https://${HOST}", "not replaced"},
                                                          {"https://keys.example.com", "placeholder"},
                                                          {"https://example.com:8443", "placeholder"},
                                                          {"https://keys.example.org:0", "port"},
                                                          {"https://keys.example.org:65536", "port"},
                                                          {"https://keys.example.org:https", "port"},
                                                          {"https://keys.example.org.", "dot"},
                                                          {"https://keys.example.org.:8443", "dot"},
                                                          {"https://keys,example.org", "host"},
                                                          {"https://192.0.2.256", "no address"},
                                                          {"https://[2001:db8::g]", "host"},
                                                          {"https://keys.example.org/path", "without a path"}}) {
        Values values = good_values();
        values["PUBLIC_URL"] = given;
        const auto config = load_values(values);
        ASSERT_FALSE(config) << given;
        ASSERT_EQ(config.error().size(), 1U);
        EXPECT_EQ(config.error().front().variable, "PUBLIC_URL");
        EXPECT_NE(config.error().front().message.find(words), std::string::npos) << config.error().front().message;
    }
    Values values = good_values();
    values["PUBLIC_URL"] = "https://notexample.com";
    EXPECT_TRUE(load_values(values));
}

TEST(DotenvTest, ReadsWhatShellsRead) {
    const auto parsed =
        parse_dotenv("# comment\nA=1\nexport B = two words # note\nC=\"quo#ted\" # x\r\nD='$x'\n\nE=\n");
    ASSERT_TRUE(parsed);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"A", "1"}, {"B", "two words"}, {"C", "quo#ted"}, {"D", "$x"}, {"E", ""}};
    EXPECT_EQ(*parsed, expected);
}

TEST(DotenvTest, ACommentBeginsBehindABlank) {
    const auto parsed = parse_dotenv("A=     # all of it\nB=x\t# note\nC=a#b\nD=#x\nE= \"#1\" # note\nF=# x\nG=\t#\n");
    ASSERT_TRUE(parsed);
    const std::vector<std::pair<std::string, std::string>> expected{
        {"A", ""}, {"B", "x"}, {"C", "a#b"}, {"D", "#x"}, {"E", "#1"}, {"F", "# x"}, {"G", ""}};
    EXPECT_EQ(*parsed, expected);
}

TEST(DotenvTest, ReplacesNothing) {
    EXPECT_EQ(parse_dotenv("A=${B}\nC=\"$D\"\n").value().at(0).second, "${B}");
}

// Some readers of such lines leave comments and quotes in the value: it must not become a secret,
// or a folder's name.
TEST(ConfigTest, WhatHoldsACommentQuotesOrAReferenceIsRefused) {
    const std::string good = "a-good-secret-that-nobody-else-knows-012";
    for (const char* name :
         {"AUTH_SESSION_SECRET", "KEY_ENCRYPTION_SECRET", "AUTH_SESSION_SECRET_ALSO_ACCEPTED",
          "OPENROUTER_MANAGEMENT_KEY", "GITHUB_OAUTH_CLIENT_SECRET", "GITHUB_OAUTH_CLIENT_ID", "DATA_DIR"}) {
        const std::string refused[] = {"# openssl rand -base64 32, say",
                                       "#" + good,
                                       good + " # note",
                                       good + "\t#",
                                       "\"" + good + "\"",
                                       "'" + good + "'",
                                       "${SECRET_OF_" + good + "}"};
        for (const std::string& value : refused) {
            Values values = good_values();
            values[name] = value;
            const auto config = load_values(values);
            ASSERT_FALSE(config) << name << "=" << value;
            ASSERT_EQ(config.error().size(), 1u);
            EXPECT_EQ(config.error().front().variable, name);
            EXPECT_EQ(config.error().front().message.find(good), std::string::npos);
        }
    }
}

TEST(ConfigTest, WhatOnlyLooksLikeThatIsTaken) {
    for (const char* value : {"0123456789012345678901234567890123#5", "\"123456789012345678901234567890123456",
                              "0123456789$0123456789{}0123456789012", "${not closed 01234567890123456789012345"}) {
        Values values = good_values();
        values["KEY_ENCRYPTION_SECRET"] = value;
        const auto config = load_values(values);
        ASSERT_TRUE(config) << value;
        EXPECT_EQ(config->key_encryption_secret.reveal(), value);
    }
}

// Earlier versions took such a secret, and have sealed with it.
TEST(ConfigTest, ABadSecretThatWasInUseCanBeRotatedAway) {
    Values values = good_values();
    values["KEY_ENCRYPTION_SECRET"] = "# openssl rand -base64 32; keep a copy";
    const auto refused = load_values(values);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().front().message.find("KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED"), std::string::npos);
    values["KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED"] = values["KEY_ENCRYPTION_SECRET"];
    values["KEY_ENCRYPTION_SECRET"] = "an-own-secret-of-32-bytes-000003";
    const auto config = load_values(values);
    ASSERT_TRUE(config) << config.error().front().message;
    EXPECT_EQ(config->key_encryption_secret_also_accepted.reveal(), "# openssl rand -base64 32; keep a copy");
}

std::string said_of(const std::vector<Problem>& problems, const std::string& variable) {
    for (const Problem& problem : problems)
        if (problem.variable == variable) return problem.message;
    return {};
}

TEST(SpellingTest, InAFileEveryNameThatNobodyReadsIsTold) {
    const auto unread =
        unread_in_file({"MAX_TOTAL_KEY", "MAX_TOTAL_KEYS", "AUTH_SESSION_SECRET_FILE", "GITHUB_CLIENT_ID", "listen",
                        "LLMAPIKEY_LISTEN", "SOMETHING_ELSE", "LISTEN_FILE"});
    EXPECT_EQ(unread.size(), 6u);
    EXPECT_NE(said_of(unread, "MAX_TOTAL_KEY").find("did you mean MAX_TOTAL_KEYS?"), std::string::npos);
    EXPECT_NE(said_of(unread, "GITHUB_CLIENT_ID").find("did you mean GITHUB_OAUTH_CLIENT_ID?"), std::string::npos);
    EXPECT_NE(said_of(unread, "listen").find("did you mean LISTEN?"), std::string::npos);
    EXPECT_NE(said_of(unread, "LLMAPIKEY_LISTEN").find("did you mean LISTEN?"), std::string::npos);
    EXPECT_EQ(said_of(unread, "SOMETHING_ELSE").find("did you mean"), std::string::npos);
    EXPECT_NE(said_of(unread, "LISTEN_FILE"), "");
}

TEST(SpellingTest, InTheEnvironmentOnlyWhatCanOnlyBeMeantForUs) {
    const auto unread = unread_in_environment({"PATH",
                                               "HOME",
                                               "LANG",
                                               "TERM",
                                               "USER",
                                               "SHELL",
                                               "LISTEN_FDS",
                                               "LISTEN_PID",
                                               "GITHUB_TOKEN",
                                               "GITHUB_ACTIONS",
                                               "GITHUB_REF",
                                               "GITHUB_ENV",
                                               "GITHUB_JOB",
                                               "POSTGRES_USER",
                                               "POSTGRES_PASSWORD",
                                               "POSTGRES_DB",
                                               "OPENROUTER_API_KEY",
                                               "XDG_DATA_DIRS",
                                               "TMPDIR",
                                               "PWD",
                                               "OLDPWD",
                                               "LOGNAME",
                                               "MAIL",
                                               "EDITOR",
                                               "HOSTNAME",
                                               "INVOCATION_ID",
                                               "JOURNAL_STREAM",
                                               "NOTIFY_SOCKET",
                                               "CREDENTIALS_DIRECTORY",
                                               "LLMAPIKEY_CRASH_AT",
                                               "MAX_TOTAL_KEYS",
                                               "MAX_TOTAL_KEY",
                                               "GITHUB_OAUTH_ID",
                                               "PROVISIONING_ENABLE",
                                               "LLMAPIKEY_DATA_DIR"});
    ASSERT_EQ(unread.size(), 4u) << unread.front().variable;
    EXPECT_EQ(unread[0].variable, "MAX_TOTAL_KEY");
    EXPECT_EQ(unread[1].variable, "GITHUB_OAUTH_ID");
    EXPECT_NE(unread[2].message.find("PROVISIONING_ENABLED"), std::string::npos);
    EXPECT_NE(unread[3].message.find("did you mean DATA_DIR?"), std::string::npos);
}

TEST(DotenvTest, NamesTheLineThatIsNoAssignment) {
    for (const char* text : {"A=1\nnonsense\n", "A=1\n1A=2", "A=1\nB=\"open", "A=1\nB=\"x\" y"}) {
        const auto parsed = parse_dotenv(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_NE(parsed.error().detail.find("line 2"), std::string::npos);
    }
}

class SecretFilesTest : public testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text) {
        const std::string path = folder_.path() + "/" + name;
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }
    tl::expected<Lookup, std::vector<Problem>> look(Values values) {
        return with_secret_files(lookup_in(std::move(values)));
    }

    base::TemporaryFolder folder_;
};

TEST_F(SecretFilesTest, SecretsAreReadFromFilesWithoutTheirLastLineBreak) {
    const auto lookup = look({{"AUTH_SESSION_SECRET_FILE", file("session", "one secret \r\n")},
                              {"AUTH_SESSION_SECRET", ""},
                              {"KEY_ENCRYPTION_SECRET_FILE", file("sealing", "two\n\n")},
                              {"OPENROUTER_MANAGEMENT_KEY", "in the environment"}});
    ASSERT_TRUE(lookup) << lookup.error().front().message;
    EXPECT_EQ((*lookup)("AUTH_SESSION_SECRET"), "one secret ");
    EXPECT_EQ((*lookup)("KEY_ENCRYPTION_SECRET"), "two\n");
    EXPECT_EQ((*lookup)("OPENROUTER_MANAGEMENT_KEY"), "in the environment");
    EXPECT_EQ((*lookup)("GITHUB_OAUTH_CLIENT_SECRET"), std::nullopt);
}

TEST_F(SecretFilesTest, CredentialsOfSystemdCountUnlessTheVariableIsSet) {
    file("AUTH_SESSION_SECRET", "a credential");
    file("OPENROUTER_MANAGEMENT_KEY", "another");
    const auto lookup = look({{"CREDENTIALS_DIRECTORY", folder_.path()}, {"OPENROUTER_MANAGEMENT_KEY", "set"}});
    ASSERT_TRUE(lookup) << lookup.error().front().message;
    EXPECT_EQ((*lookup)("AUTH_SESSION_SECRET"), "a credential");
    EXPECT_EQ((*lookup)("OPENROUTER_MANAGEMENT_KEY"), "set");
    EXPECT_EQ((*lookup)("KEY_ENCRYPTION_SECRET"), std::nullopt);
}

TEST_F(SecretFilesTest, ACredentialThatIsThereAndCannotBeReadIsAProblem) {
    const std::string path = folder_.path() + "/AUTH_SESSION_SECRET";
    ASSERT_EQ(::symlink(path.c_str(), path.c_str()), 0);  // around in a circle: not even root can read it
    ASSERT_EQ(::mkdir((folder_.path() + "/KEY_ENCRYPTION_SECRET").c_str(), S_IRWXU), 0);
    const auto lookup = look({{"CREDENTIALS_DIRECTORY", folder_.path()}});
    ASSERT_FALSE(lookup);
    ASSERT_EQ(lookup.error().size(), 2u);
    EXPECT_EQ(lookup.error()[0].variable, "AUTH_SESSION_SECRET");
    EXPECT_EQ(lookup.error()[0].message.find(path + " cannot be read: "), 0u) << lookup.error()[0].message;
    EXPECT_EQ(lookup.error()[1].variable, "KEY_ENCRYPTION_SECRET");
}

TEST_F(SecretFilesTest, AMarkOfTheEncodingIsNoPartOfASecret) {
    file("KEY_ENCRYPTION_SECRET",
         "\xef\xbb\xbf"
         "a credential\n");
    const auto lookup = look({{"CREDENTIALS_DIRECTORY", folder_.path()},
                              {"AUTH_SESSION_SECRET_FILE", file("session",
                                                                "\xef\xbb\xbf"
                                                                "a secret\r\n")}});
    ASSERT_TRUE(lookup) << lookup.error().front().message;
    EXPECT_EQ((*lookup)("AUTH_SESSION_SECRET"), "a secret");
    EXPECT_EQ((*lookup)("KEY_ENCRYPTION_SECRET"), "a credential");
    const auto wide = look({{"AUTH_SESSION_SECRET_FILE", file("wide",
                                                              "\xff\xfe"
                                                              "a")}});
    ASSERT_FALSE(wide);
    EXPECT_NE(wide.error().front().message.find("UTF-8"), std::string::npos);
    EXPECT_FALSE(look({{"AUTH_SESSION_SECRET_FILE", file("mark", "\xef\xbb\xbf\n")}})) << "empty";
}

TEST_F(SecretFilesTest, AFileOfSettingsMayBeginWithAMark) {
    const auto environment = read_environment(file("marked", "\xef\xbb\xbfMAX_TOTAL_KEYS=7\r\nMAX_TOTAL_KEY=8\r\n"));
    ASSERT_TRUE(environment) << environment.error().front().message;
    EXPECT_EQ(environment->lookup("MAX_TOTAL_KEYS"), "7");
    EXPECT_NE(said_of(environment->unread, "MAX_TOTAL_KEY"), "");
    EXPECT_FALSE(read_environment(file("wide", "\xff\xfeM")));
}

TEST_F(SecretFilesTest, AFileOfSettingsThatIsAFolderIsSaidToBeOne) {
    const auto environment = read_environment(folder_.path());
    ASSERT_FALSE(environment);
    EXPECT_NE(environment.error().front().message.find("is a folder"), std::string::npos);
    EXPECT_TRUE(read_environment(folder_.path() + "/missing"));
}

TEST_F(SecretFilesTest, OnlySecretsStandInFiles) {
    const auto lookup = look({{"LISTEN_FILE", file("listen", "127.0.0.1:1")}});
    ASSERT_TRUE(lookup);
    EXPECT_EQ((*lookup)("LISTEN"), std::nullopt);
}

TEST_F(SecretFilesTest, WhatIsWrongIsNamedWithoutTheSecret) {
    const std::string good = file("good", "do not show this");
    const std::vector<Values> wrong{
        {{"AUTH_SESSION_SECRET_FILE", folder_.path() + "/missing"}},
        {{"AUTH_SESSION_SECRET_FILE", folder_.path()}},
        {{"AUTH_SESSION_SECRET_FILE", file("empty", "\n")}},
        {{"AUTH_SESSION_SECRET_FILE", file("long", std::string(20'000, 'x'))}},
        {{"AUTH_SESSION_SECRET_FILE", good}, {"AUTH_SESSION_SECRET", "do not show this either"}},
    };
    for (const Values& values : wrong) {
        const auto lookup = look(values);
        ASSERT_FALSE(lookup) << values.begin()->second;
        ASSERT_EQ(lookup.error().size(), 1u);
        EXPECT_EQ(lookup.error().front().variable, "AUTH_SESSION_SECRET_FILE");
        EXPECT_EQ(lookup.error().front().message.find("do not show"), std::string::npos);
    }
}

}  // namespace
}  // namespace llmapikey::config
