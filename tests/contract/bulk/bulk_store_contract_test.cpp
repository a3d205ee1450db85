// What every BulkStore promises of a bulk revocation and what it has marked, asked of both
// databases.
#include <gtest/gtest.h>

#include "bulk/store_bulk.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class BulkStoreContract : public StoresUnderTest {
protected:
    BulkRevocation bulk_of(const std::string& selection) {
        BulkRevocation bulk;
        bulk.id = base::random_uuid();
        bulk.by = {"github:1003", "127.0.0.1"};
        bulk.reason = "the event is over";
        bulk.selection = selection;
        bulk.hold = Hold{clock_.now(), bulk.reason};
        bulk.created_at = clock_.now();
        return bulk;
    }
};

TEST_P(BulkStoreContract, ABulkRevocationGoesFromSelectingToDone) {
    SqlBulkStore bulks(sql_);
    const auto bulk = bulk_of("q=a%20b");
    ASSERT_TRUE(bulks.create(bulk));
    const auto one = issue(1), two = issue(2);
    ASSERT_EQ(admin_->begin_revocations({one.id, two.id}, ending({}, bulk.id)).value(), 2);
    EXPECT_TRUE(admin_->list_revoking("", 10, "").value().empty());
    EXPECT_EQ(admin_->list_revoking("", 10, bulk.id).value().size(), 2u);
    EXPECT_FALSE(bulks.finish(bulk.id, clock_.now()).value()) << "it is still selecting";
    ASSERT_TRUE(bulks.finish_selecting(bulk.id));
    auto stored = bulks.find(bulk.id).value().value();
    EXPECT_EQ(stored.state, BulkState::revoking);
    EXPECT_EQ(stored.total, 2);
    EXPECT_EQ(stored.remaining, 2);
    EXPECT_EQ(stored.selection, "q=a%20b");
    EXPECT_EQ(stored.hold->until, clock_.now());
    ASSERT_TRUE(admin_->finish_revocation(one, clock_.now()));
    EXPECT_FALSE(bulks.finish(bulk.id, clock_.now()).value()) << "one remains";
    EXPECT_EQ(bulks.list_open(10).value().at(0).remaining, 1);
    ASSERT_TRUE(bulks.set_problem(bulk.id, "slow down"));
    EXPECT_EQ(bulks.list_latest(10).value().at(0).problem, "slow down");
    ASSERT_TRUE(admin_->finish_revocation(two, clock_.now()));
    EXPECT_TRUE(bulks.finish(bulk.id, clock_.now()).value());
    EXPECT_FALSE(bulks.finish(bulk.id, clock_.now()).value()) << "only one call did it";
    EXPECT_TRUE(bulks.list_open(10).value().empty());
    EXPECT_EQ(bulks.find(bulk.id).value()->ended_at, clock_.now());
    EXPECT_FALSE(bulks.find("nothing").value());
}

INSTANTIATE_TEST_SUITE_P(Stores, BulkStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
