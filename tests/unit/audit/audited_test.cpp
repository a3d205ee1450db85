#include "audit/audited.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"

namespace llmapikey::test {
namespace {

// A log that is away as long as it is told to.
class FailingAuditLog final : public AuditLog {
public:
    base::Result<void> append(const AuditEntry& entry) override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "the log is away");
        return log_.append(entry);
    }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override {
        return log_.read(after, limit);
    }
    base::Result<ChainedEntry> head() override { return log_.head(); }

    bool is_away = false;

private:
    MemoryAuditLog log_;
};

class AuditedTest : public testing::Test {
protected:
    Audited audited() { return {log_, clock_, {"github:1003", "10.0.0.1"}, "key.revoke", "account:1001", "leaked"}; }
    std::vector<AuditEntry> entries() {
        std::vector<AuditEntry> all;
        const auto read = log_.read(0, 100).value();
        for (const ChainedEntry& each : read)
            all.push_back(each.entry);
        return all;
    }

    ManualClock clock_;
    FailingAuditLog log_;
};

TEST_F(AuditedTest, AnActionHasTwoEntriesEachOfItsTime) {
    Audited action = audited();
    ASSERT_TRUE(action.begin());
    clock_.advance(base::Seconds{7});
    ASSERT_TRUE(action.done());
    const auto all = entries();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].outcome, "begun");
    EXPECT_EQ(all[1].outcome, "done");
    EXPECT_EQ(all[1].at, all[0].at + base::Seconds{7});
    for (const AuditEntry& each : all) {
        EXPECT_EQ(each.actor, "github:1003");
        EXPECT_EQ(each.origin, "10.0.0.1");
        EXPECT_EQ(each.action, "key.revoke");
        EXPECT_EQ(each.subject, "account:1001");
        EXPECT_EQ(each.detail, "leaked");
    }
}

TEST_F(AuditedTest, WhatIsDoneMaySayWhatCameOfIt) {
    Audited action = audited();
    ASSERT_TRUE(action.begin());
    ASSERT_TRUE(action.done("12 keys"));
    EXPECT_EQ(entries()[1].detail, "12 keys");
}

TEST_F(AuditedTest, AFailureIsRecordedAndGivenBackAsItWas) {
    Audited action = audited();
    ASSERT_TRUE(action.begin());
    const base::Error error = action.failed({base::Errc::upstream_down, "no answer", base::Seconds{9}});
    EXPECT_EQ(error.code, base::Errc::upstream_down);
    EXPECT_EQ(error.detail, "no answer");
    EXPECT_EQ(error.retry_after, base::Seconds{9});
    EXPECT_EQ(entries()[1].outcome, "failed");
    EXPECT_EQ(entries()[1].detail, "no answer");
}

TEST_F(AuditedTest, WhereTheLogIsAwayTheActionMustNotBegin) {
    log_.is_away = true;
    Audited action = audited();
    const auto begun = action.begin();
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, base::Errc::store_unavailable);
    EXPECT_NE(begun.error().detail.find("audit log"), std::string::npos) << begun.error().detail;
}

TEST_F(AuditedTest, AFailureThatCannotBeRecordedSaysSoAndStaysWhatItWas) {
    Audited action = audited();
    ASSERT_TRUE(action.begin());
    log_.is_away = true;
    const base::Error error = action.failed({base::Errc::conflict, "busy", base::Seconds{9}});
    EXPECT_EQ(error.code, base::Errc::conflict);
    EXPECT_EQ(error.retry_after, base::Seconds{9});
    EXPECT_TRUE(error.detail.starts_with("busy; ")) << error.detail;
    EXPECT_NE(error.detail.find("the log is away"), std::string::npos) << error.detail;
}

TEST_F(AuditedTest, ShowingASecretAgainIsAnActionOfItsOwn) {
    ASSERT_TRUE(record_showing_again(log_, clock_, {"github:1003", "x"}, "token.reveal", "token:1"));
    EXPECT_EQ(entries().size(), 2u);
    EXPECT_EQ(entries()[0].action, "token.reveal");
    log_.is_away = true;
    EXPECT_FALSE(record_showing_again(log_, clock_, {"github:1003", "x"}, "token.reveal", "token:1"));
}

}  // namespace
}  // namespace llmapikey::test
