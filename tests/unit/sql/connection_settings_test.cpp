#include "sql/postgres/connection.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace llmapikey::test {
namespace {

using postgres::ConnectionSettings;

TEST(ConnectionSettingsTest, TakeWhatLibpqTakes) {
    const auto settings = ConnectionSettings::parse("postgres://me:secret@one:1,two:2/db?sslmode=verify-full");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->description(), "one,two:1,2/db");
    const auto& values = settings->values();
    const auto has = [&](const char* name, const char* value) {
        return std::find(values.begin(), values.end(), std::pair<std::string, std::string>(name, value)) !=
               values.end();
    };
    EXPECT_TRUE(has("sslmode", "verify-full"));
    EXPECT_TRUE(has("target_session_attrs", "read-write"));
}

// libpq would take a part of the password for a host, a port or a database, and print it.
TEST(ConnectionSettingsTest, APasswordThatEndsTooEarlyIsRefusedWithHowToWriteIt) {
    for (const char* url :
         {"postgresql://me:hunter/zebra@host:5432/db", "postgresql://me:hunter@zebra@host/db",
          "postgresql://me:hunter?zebra@host/db", "postgresql://me:12/hunter@host/db",
          "postgresql://me:12?hunter=zebra@host/db", "postgresql://me:hunter?a=b@host/db",
          "postgresql://me:hunter#zebra@host/db", "postgresql://me:12#hunter@host/db",
          "postgresql://hunter?application_name=a@zebra", "postgresql://me:hunter%@host/db",
          "postgresql://me:hunter%zz@host/db", "postgresql://me:1/hunter@2?x@host/db",
          "postgresql://me/hunter:zebra@host/db", "postgresql://me:hunter/zebra@host:5432/db?sslmode=require",
          "postgresql://me:hunter@[::1]:zebra@host/db"}) {
        const auto settings = ConnectionSettings::parse(url);
        ASSERT_FALSE(settings) << url;
        EXPECT_EQ(settings.error().code, base::Errc::invalid_input);
        EXPECT_NE(settings.error().detail.find("POSTGRES_URL"), std::string::npos);
        EXPECT_NE(settings.error().detail.find("%25"), std::string::npos) << settings.error().detail;
        EXPECT_EQ(settings.error().detail.find("hunter"), std::string::npos) << settings.error().detail;
        EXPECT_EQ(settings.error().detail.find("zebra"), std::string::npos) << settings.error().detail;
    }
    for (const char* url :
         {"postgresql://me:a%2Fb%40c%3Fd%23e%25f@host:5432/db", "postgresql:///db",
          "postgresql://host/db?user=me@server&password=x", "postgresql://%2Fvar%2Frun/db",
          "postgresql://[::1]:5432/db", "postgresql://me:a:b@one:1,two:2/db",
          "postgresql://me@host?application_name=a@b", "postgresql://me@host/db?options=-c%20x%3Dy&supa=a@b"})
        EXPECT_TRUE(ConnectionSettings::parse(url)) << url;
}

TEST(ConnectionSettingsTest, MessagesAreGivenWithoutTheSecrets) {
    const std::string url = "postgresql://me:a%2Fhunter2@host/db?sslpassword=opens";
    const auto settings = ConnectionSettings::parse(url);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->without_secrets("no a/hunter2, a%2Fhunter2 or opens at " + url + " for me"),
              "no [hidden], [hidden] or [hidden] at [hidden] for me");
}

TEST(ConnectionSettingsTest, LeaveOutWhatOnlyJavaScriptClientsKnow) {
    EXPECT_TRUE(ConnectionSettings::parse("postgres://a:b@h:6543/db?sslmode=require&supa=base-pooler.x"));
    EXPECT_TRUE(ConnectionSettings::parse("postgres://a:b@h:6543/db?pgbouncer=true&connection_limit=1"));
    EXPECT_TRUE(ConnectionSettings::parse("postgres://a:b@h/db?sslmode=no-verify"));
}

TEST(ConnectionSettingsTest, RefuseNonsenseWithoutRepeatingThePassword) {
    for (const std::string url : {"postgresql://a:secret@h:port/db?x=1", "postgresql://a:secret@[::1/db",
                                  "postgresql://a:secret@h/db?nonsense=secret", "postgresql://a:secret%zz@h/db"}) {
        const auto settings = ConnectionSettings::parse(url);
        ASSERT_FALSE(settings) << url;
        EXPECT_NE(settings.error().detail.find("POSTGRES_URL"), std::string::npos);
        EXPECT_EQ(settings.error().detail.find("secret"), std::string::npos) << settings.error().detail;
    }
}

}  // namespace
}  // namespace llmapikey::test
