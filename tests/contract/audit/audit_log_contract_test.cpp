// What every AuditLog promises, asked of each; and which tampering the chain shows.
#include <gtest/gtest.h>

#include <thread>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class AuditLogContract : public StoresUnderTest {};

AuditEntry entry(const std::string& detail) {
    return {
        base::Timestamp{base::Seconds{1'800'000'000}}, "cli:root", "key.revoke", "account:1", "cli", "done", detail};
}

TEST_P(AuditLogContract, TheAuditLogIsAChain) {
    EXPECT_EQ(verify_audit_log(*audit_)->entries, 0);
    for (const char* detail : {"first", "line\nbreak and \\ and \"quotes\"", "ünïcödé"})
        ASSERT_TRUE(audit_->append(entry(detail)));
    const auto report = verify_audit_log(*audit_);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report->faults.empty()) << report->faults[0].what;
    EXPECT_EQ(report->entries, 3);
    EXPECT_EQ(report->head_hash, audit_->head()->hash);
    EXPECT_EQ(audit_->read(1, 1)->at(0).entry.detail, "line\nbreak and \\ and \"quotes\"");
}

TEST_P(AuditLogContract, AppendingAtOnceKeepsTheChainWhole) {
    std::vector<std::thread> writers;
    for (int i = 0; i < 6; ++i) {
        writers.emplace_back([this] {
            for (int round = 0; round < 10; ++round)
                ASSERT_TRUE(audit_->append(entry("x")));
        });
    }
    for (auto& writer : writers)
        writer.join();
    const auto report = verify_audit_log(*audit_);
    EXPECT_TRUE(report->faults.empty()) << report->faults[0].what;
    EXPECT_EQ(report->entries, 60);
}

INSTANTIATE_TEST_SUITE_P(Stores, AuditLogContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

// One way each of tampering with five entries; the chain must show it.
class AuditTampering : public testing::TestWithParam<const char*> {};

TEST_P(AuditTampering, IsFound) {
    reset_schema();
    postgres::PostgresAuditLog log(open_database(postgres_url()));
    for (const char* detail : {"a", "b", "c", "d", "e"})
        ASSERT_TRUE(log.append(entry(detail)));
    ASSERT_TRUE(verify_audit_log(log)->faults.empty());
    run_sql(GetParam());
    EXPECT_EQ(verify_audit_log(log)->faults.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, AuditTampering,
    testing::Values("UPDATE llmapikey.audit_log SET detail = 'C' WHERE sequence = 3",
                    "UPDATE llmapikey.audit_log SET at = at + interval '1 second' WHERE sequence = 1",
                    "DELETE FROM llmapikey.audit_log WHERE sequence = 3",
                    "DELETE FROM llmapikey.audit_log WHERE sequence = 1",
                    "DELETE FROM llmapikey.audit_log WHERE sequence = 5", "DELETE FROM llmapikey.audit_log",
                    "UPDATE llmapikey.audit_log SET sequence = CASE sequence WHEN 2 THEN 300 ELSE 400 END WHERE "
                    "sequence IN (2, 3); UPDATE llmapikey.audit_log SET sequence = CASE sequence WHEN 300 THEN 3 ELSE "
                    "2 END WHERE sequence > 100"));

}  // namespace
}  // namespace llmapikey::test
