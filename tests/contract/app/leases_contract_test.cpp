// What Leases promise, asked of both databases.
#include <gtest/gtest.h>

#include "app/jobs/store_leases.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class LeasesContract : public StoresUnderTest {};

TEST_P(LeasesContract, ALeaseHasOneHolderAtATime) {
    SqlLeases leases(sql_);
    const base::Seconds duration{30};
    EXPECT_TRUE(leases.acquire("bulk", "one", clock_.now(), duration).value());
    EXPECT_FALSE(leases.acquire("bulk", "two", clock_.now(), duration).value());
    EXPECT_TRUE(leases.acquire("other", "two", clock_.now(), duration).value());
    clock_.advance(base::Seconds{20});
    EXPECT_TRUE(leases.acquire("bulk", "one", clock_.now(), duration).value()) << "renewed";
    clock_.advance(base::Seconds{31});
    EXPECT_TRUE(leases.acquire("bulk", "two", clock_.now(), duration).value()) << "the other one is silent";
    EXPECT_FALSE(leases.acquire("bulk", "one", clock_.now(), duration).value());
    ASSERT_TRUE(leases.release("bulk", "two"));
    EXPECT_TRUE(leases.acquire("bulk", "one", clock_.now(), duration).value());
}

INSTANTIATE_TEST_SUITE_P(Stores, LeasesContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
