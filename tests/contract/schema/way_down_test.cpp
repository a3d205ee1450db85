// The schema goes down and up again while something is under way: what upstream was told for a day
// is not taken for good.
#include <gtest/gtest.h>

#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "schema/postgres_migrations.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

constexpr base::Seconds call_timeout{15}, settle_wait{30};
constexpr int version_before_carried_caps = 3;

class WayDown : public StoresUnderTest {
protected:
    void down_and_up(Migrator migrator) {
        const int all = static_cast<int>(migrator.states()->size());
        ASSERT_EQ(migrator.down(all - version_before_carried_caps).value(), all - version_before_carried_caps);
        ASSERT_EQ(migrator.up().value(), all - version_before_carried_caps);
    }
    void down_and_up() {
        if (GetParam() != "sqlite") return down_and_up(postgres::make_migrator(connect(postgres_url()), {}));
        const auto connection =
            sqlite::Connection::open(folder_.file(), sqlite::Access::read_write, base::Millis{5'000});
        down_and_up(sqlite::make_migrator(**connection, clock_));
    }

    FakeKeyProvider provider_{clock_};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    Replacement replacement_{*replacements_, *spending_, provider_, *audit_, clock_};
    Revocation revocation_{*admin_, *spending_, provider_, *audit_, clock_};
    Settlement settlement_{*keys_, *queue_, provider_, clock_, call_timeout};
    Recovery recovery_{{*keys_, *admin_, *replacements_, provider_, settlement_, revocation_, replacement_}, clock_};
    Reconciler reconciler_{{*keys_, *admin_, provider_, revocation_, *audit_, *history_, nonces_, clock_},
                           {Repair::fix, false, settle_wait, call_timeout}};
};

TEST_P(WayDown, ACapThatIsLoweredForADayIsNotLoweredForLife) {
    const auto grant = issue(1);
    const std::string handle = provider_.add_key(upstream_key_name({1}, grant.nonce), clock_.now());
    const auto carried = sql_->run(
        "UPDATE llmapikey.api_keys SET openrouter_delete_hash = $1, carried_micro_usd = 1000000, carried_until = "
        "$2::bigint",
        SqlValues().add(handle).add(next_reset(clock_.now()).time_since_epoch().count()));
    ASSERT_TRUE(carried) << carried.error().detail;
    provider_.change_key(handle, [](UpstreamKey& key) { key.limit = base::MicroUsd{1'500'000}; });

    down_and_up();
    ASSERT_TRUE(reconciler_.run(base::Deadline::after(base::Millis{20'000}), {}));
    EXPECT_EQ(keys_->find({1})->value().daily_limit.value, 2'500'000);
    EXPECT_EQ(recovery_.run_once(call_timeout, {}).failures, std::vector<std::string>{});
    EXPECT_EQ(provider_.live_keys().at(0).limit->value, 2'500'000);
    ASSERT_TRUE(reconciler_.run(base::Deadline::after(base::Millis{20'000}), {}));
    EXPECT_EQ(keys_->find({1})->value().daily_limit.value, 2'500'000);
    EXPECT_TRUE(keys_->find({1})->value().unsynced.empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, WayDown, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace llmapikey::test
