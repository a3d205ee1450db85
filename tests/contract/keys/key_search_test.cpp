// Whose a raw key is, over the databases: the store in memory does not look for hints.
#include "keys/key_search.hpp"

#include <gtest/gtest.h>

#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class KeySearchTest : public StoresUnderTest {
protected:
    // A key of an account that reads so.
    Grant keep(std::int64_t account, const std::string& raw) {
        const auto grant = reserve(account);
        const auto activated = keys_->activate(
            attempt_of(grant),
            {"handle-" + std::to_string(account), sealer_.seal(raw, grant.id), key_hint(raw), clock_.now()});
        EXPECT_TRUE(activated) << activated.error().detail;
        return keys_->find({account})->value();
    }
    FoundKey look(const std::string& raw) {
        auto found = find_by_raw_key(*admin_, issuance_, base::Secret(raw));
        EXPECT_TRUE(found) << found.error().detail;
        return *found;
    }

    FakeKeyProvider provider_{clock_};
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 50};
    Replacement replacement_{*replacements_, *spending_, provider_, *audit_, clock_};
    Issuance issuance_{
        {*keys_, *queue_, provider_, replacement_, sealer_, nonces_, limiter_, clock_, [](const std::string&) {}, {}},
        base::Seconds{15}};
};

TEST_P(KeySearchTest, AKeyIsFoundAmongThoseWithTheSameEnd) {
    const std::string wanted = "sk-or-v1-wanted-1234";
    keep(1, "sk-or-v1-first-1234");
    keep(2, wanted);
    keep(3, "sk-or-v1-third-1234");
    keep(4, "sk-or-v1-other-9999");
    const auto found = look(wanted);
    ASSERT_TRUE(found.grant);
    EXPECT_EQ(found.grant->github_user_id.value, 2);
    EXPECT_TRUE(found.ended.empty());
    EXPECT_FALSE(look("sk-or-v1-nobodys-1234").grant) << "the same end is not the same key";
    EXPECT_FALSE(look("sk-or-v1-nobodys-0000").grant);
}

TEST_P(KeySearchTest, ItIsFoundBehindMoreThanAPage) {
    for (std::int64_t account = 1; account <= 130; ++account)
        keep(account, "sk-or-v1-" + std::to_string(account) + "-1234");
    for (const int account : {1, 65, 130}) {
        const auto found = look("sk-or-v1-" + std::to_string(account) + "-1234");
        ASSERT_TRUE(found.grant) << account;
        EXPECT_EQ(found.grant->github_user_id.value, account);
    }
}

TEST_P(KeySearchTest, OfOneThatIsEndedOnlyItsEndIsKnown) {
    const auto ended = keep(1, "sk-or-v1-ended-1234");
    ASSERT_TRUE(admin_->begin_revocations({ended.id}, ending()));
    const auto ending_now = look("sk-or-v1-ended-1234");
    EXPECT_FALSE(ending_now.grant);
    ASSERT_EQ(ending_now.ended.size(), 1u) << "while it is being revoked";
    EXPECT_EQ(ending_now.ended[0].grant.github_user_id.value, 1);
    ASSERT_TRUE(admin_->finish_revocation(ended, clock_.now()));
    keep(2, "sk-or-v1-alive-1234");
    const auto found = look("sk-or-v1-ended-1234");
    EXPECT_FALSE(found.grant);
    ASSERT_EQ(found.ended.size(), 1u);
    EXPECT_EQ(found.ended[0].grant.id, ended.id);
    EXPECT_EQ(found.ended[0].reason, "leaked");
    EXPECT_TRUE(look("sk-or-v1-ended-5678").ended.empty());
}

TEST_P(KeySearchTest, AKeySealedWithAnotherSecretIsNotFoundAndStopsNobody) {
    const base::Sealer other(base::Secret(std::string(32, 'x')), "raw keys");
    const auto unreadable = reserve(1);
    ASSERT_TRUE(keys_->activate(attempt_of(unreadable),
                                {"handle-1", other.seal("sk-or-v1-lost-1234", unreadable.id), "1234", clock_.now()}));
    keep(2, "sk-or-v1-alive-1234");
    EXPECT_FALSE(look("sk-or-v1-lost-1234").grant);
    EXPECT_EQ(look("sk-or-v1-alive-1234").grant->github_user_id.value, 2);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeySearchTest, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
