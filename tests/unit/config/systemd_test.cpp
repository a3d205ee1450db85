#include "config/systemd.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llmapikey::config {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;
constexpr pid_t own = 4711;

base::Result<Systemd> read(Values values) {
    return read_systemd(
        [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
            const auto found = values.find(name);
            return found == values.end() ? std::nullopt : std::optional(found->second);
        },
        own);
}

TEST(SystemdTest, WithoutItThereIsNothing) {
    const auto systemd = read({});
    ASSERT_TRUE(systemd);
    EXPECT_EQ(systemd->notify_socket, "");
    EXPECT_EQ(systemd->watchdog.count(), 0);
    EXPECT_EQ(systemd->listening_socket, std::nullopt);
}

TEST(SystemdTest, TakesWhatIsMeantForThisProcess) {
    const auto systemd = read({{"NOTIFY_SOCKET", "@x"},
                               {"WATCHDOG_USEC", "30000000"},
                               {"WATCHDOG_PID", "4711"},
                               {"LISTEN_FDS", "1"},
                               {"LISTEN_PID", "4711"},
                               {"LISTEN_FDNAMES", "llmapikey.socket"}});
    ASSERT_TRUE(systemd) << systemd.error().detail;
    EXPECT_EQ(systemd->notify_socket, "@x");
    EXPECT_EQ(systemd->watchdog, std::chrono::seconds{30});
    EXPECT_EQ(systemd->listening_socket, 3);
}

TEST(SystemdTest, LeavesAloneWhatIsMeantForAnother) {
    const auto systemd =
        read({{"WATCHDOG_USEC", "30000000"}, {"WATCHDOG_PID", "4712"}, {"LISTEN_FDS", "1"}, {"LISTEN_PID", "4712"}});
    ASSERT_TRUE(systemd);
    EXPECT_EQ(systemd->watchdog.count(), 0);
    EXPECT_EQ(systemd->listening_socket, std::nullopt);
    EXPECT_EQ(read({{"LISTEN_FDS", "1"}})->listening_socket, std::nullopt);
    EXPECT_EQ(read({{"WATCHDOG_USEC", "5"}})->watchdog.count(), 5);
}

TEST(SystemdTest, OfSeveralSocketsTheOneNamedHttp) {
    const auto several = [](const char* count, const char* names) {
        return read({{"LISTEN_FDS", count}, {"LISTEN_PID", "4711"}, {"LISTEN_FDNAMES", names}});
    };
    EXPECT_EQ(several("3", "a:http:b")->listening_socket, 4);
    EXPECT_FALSE(several("2", "a:b"));
    EXPECT_FALSE(several("2", ""));
    EXPECT_FALSE(several("2", "http:http"));
    EXPECT_FALSE(several("2", "a:b:http"));  // named, but not there
}

TEST(SystemdTest, WhatIsMalformedIsAnError) {
    for (const char* name : {"WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID"}) {
        for (const char* value : {"x", "-1", "1.5", "99999999999999999999"}) {
            const auto systemd = read({{name, value}});
            ASSERT_FALSE(systemd) << name << "=" << value;
            EXPECT_EQ(systemd.error().detail.find(name), 0u);
        }
    }
}

}  // namespace
}  // namespace llmapikey::config
