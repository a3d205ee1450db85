// What is hashed of an entry, and what a check of the chain finds.
#include "audit/audit_log.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

AuditEntry entry(const std::string& detail) {
    return {
        base::Timestamp{base::Seconds{1'800'000'000}}, "cli:root", "key.revoke", "account:1", "cli", "done", detail};
}

// A chain that somebody may change afterwards.
class ChangeableLog final : public AuditLog {
public:
    base::Result<void> append(const AuditEntry& added) override {
        const std::int64_t sequence = static_cast<std::int64_t>(chain.size()) + 1;
        const std::string before = chain.empty() ? "" : chain.back().hash;
        chain.push_back({sequence, added, chained_hash(before, sequence, added)});
        last = chain.back();
        return {};
    }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        ++reads;
        std::vector<ChainedEntry> page;
        for (const ChainedEntry& each : chain)
            if (each.sequence > after && page.size() < static_cast<std::size_t>(limit)) page.push_back(each);
        return page;
    }
    base::Result<ChainedEntry> head() override { return last; }
    // The hashes of all, as if they had been written so.
    void forge() {
        std::string before;
        for (ChainedEntry& each : chain)
            before = each.hash = chained_hash(before, each.sequence, each.entry);
    }

    std::vector<ChainedEntry> chain;
    ChainedEntry last;
    bool is_away = false;
    int reads = 0;
};

class AuditChainTest : public testing::Test {
protected:
    AuditChainTest() {
        for (const char* detail : {"a", "b", "c", "d"})
            EXPECT_TRUE(log_.append(entry(detail)));
    }
    // Of the first fault; 0: there is none.
    std::int64_t fault() {
        const auto report = verify_audit_log(log_);
        EXPECT_TRUE(report);
        return report->faults.empty() ? 0 : report->faults[0].sequence;
    }

    ChangeableLog log_;
};

TEST_F(AuditChainTest, AnUntouchedChainIsWhole) {
    const auto report = verify_audit_log(log_);
    EXPECT_TRUE(report->faults.empty());
    EXPECT_EQ(report->entries, 4);
    EXPECT_EQ(report->head_hash, log_.chain.back().hash);
    ChangeableLog empty;
    EXPECT_TRUE(verify_audit_log(empty)->faults.empty());
}

TEST_F(AuditChainTest, AChangedEntryIsFoundWhereItStands) {
    log_.chain[2].entry.actor = "github:1";
    EXPECT_EQ(fault(), 3);
}

TEST_F(AuditChainTest, AMissingEntryIsFound) {
    log_.chain.erase(log_.chain.begin() + 1);
    EXPECT_EQ(fault(), 2);
}

TEST_F(AuditChainTest, TwoEntriesThatChangedPlacesAreFound) {
    std::swap(log_.chain[1].entry, log_.chain[2].entry);
    EXPECT_EQ(fault(), 2);
}

TEST_F(AuditChainTest, AnEndThatWasCutOffIsFound) {
    log_.chain.pop_back();
    EXPECT_EQ(fault(), 4);
    log_.chain.clear();
    EXPECT_EQ(fault(), 1);
}

TEST_F(AuditChainTest, AChainThatWasWrittenAnewIsNotTheOneOfTheHead) {
    log_.chain[0].entry.detail = "forged";
    log_.forge();
    EXPECT_EQ(fault(), 5) << "every link fits, but not what the head remembers";
}

TEST_F(AuditChainTest, WhatComesMeanwhileIsNoFault) {
    const auto head = log_.last;
    EXPECT_TRUE(log_.append(entry("later")));
    log_.last = head;
    EXPECT_EQ(fault(), 0);
}

TEST_F(AuditChainTest, ALongLogIsReadPageByPage) {
    for (int i = 0; i < 1'200; ++i)
        EXPECT_TRUE(log_.append(entry("more")));
    EXPECT_EQ(verify_audit_log(log_)->entries, 1'204);
    EXPECT_GE(log_.reads, 3);
}

TEST_F(AuditChainTest, ALogThatCannotBeReadIsNotSaidToBeWhole) {
    log_.is_away = true;
    EXPECT_EQ(verify_audit_log(log_).error().code, base::Errc::store_unavailable);
}

TEST(AuditEntryTest, NoTwoEntriesAreWrittenAlike) {
    AuditEntry moved = entry("a");
    moved.origin = "cli\ndone";
    moved.outcome = "";
    AuditEntry plain = entry("a");
    EXPECT_NE(canonical_text(moved), canonical_text(plain)) << "a line break is no end of a field";
    EXPECT_NE(canonical_text(entry("a\nb")), canonical_text(entry("a\\nb"))) << "nor is what stands for one";
    EXPECT_NE(canonical_text(entry("a\\")), canonical_text(entry("a\\\\")));
    plain.at += base::Seconds{1};
    EXPECT_NE(canonical_text(plain), canonical_text(entry("a")));
    EXPECT_NE(chained_hash("", 1, entry("a")), chained_hash("", 2, entry("a")));
    EXPECT_NE(chained_hash("", 1, entry("a")), chained_hash("0", 1, entry("a")));
}

}  // namespace
}  // namespace llmapikey
