// Whether keys are under the guardrail that they are to be under, over real databases and an
// upstream in memory.
#include "guardrails/guardrail_check.hpp"

#include <gtest/gtest.h>

#include <set>

#include "insight/store_statistics.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

// Keys under the guardrail, and under another policy.
class FakeAssignments final : public Guardrails {
public:
    explicit FakeAssignments(Guardrails& guardrails) : guardrails_(guardrails) {}
    std::set<std::string> guarded, under_policy;
    int pages = 0;

    base::Result<std::optional<Guardrail>> guardrail(base::Deadline deadline) override {
        return guardrails_.guardrail(deadline);
    }
    base::Result<GuardedKeys> guarded_page(std::size_t offset, base::Deadline) override {
        ++pages;
        if (offset == 0) return GuardedKeys{{}, 100};  // of deleted keys only
        return GuardedKeys{{guarded.begin(), guarded.end()}, std::nullopt};
    }
    base::Result<bool> is_guarded(const UpstreamKey& key, base::Deadline) override {
        return under_policy.contains(key.delete_handle);
    }
    base::Result<void> guard(const std::string& delete_handle, base::Deadline) override {
        guarded.insert(delete_handle);
        return {};
    }

private:
    Guardrails& guardrails_;
};

class KeysUnderAGuardrail : public StoresUnderTest {
protected:
    KeysUnderAGuardrail() { set_guardrail({"cheap"}); }
    void set_guardrail(std::vector<std::string> models) {
        Guardrail guardrail;
        guardrail.id = "course";
        guardrail.allowed_models = std::move(models);
        provider_.set_guardrail(guardrail);
    }
    // A key here and upstream.
    Grant make_key(std::int64_t account) {
        const auto grant = reserve(account);
        const auto handle = provider_.add_key("key", clock_.now());
        EXPECT_TRUE(keys_->activate(attempt_of(grant), {handle, "v1.sealed", "1234"}));
        return keys_->find({account})->value();
    }
    ReconcileReport check(GuardrailCheck& checker) {
        ReconcileReport report;
        EXPECT_EQ(checker.run(report, {}), "");
        return report;
    }
    ReconcileReport check(Repair repair = Repair::report_only) {
        GuardrailCheck checker(*admin_, statistics_, provider_, &assignments_, clock_,
                               {repair, call_timeout, base::Seconds{0}});
        return check(checker);
    }
    static std::int64_t found(const ReconcileReport& report, Finding::Kind kind) {
        const auto count = report.counts.find(kind);
        return count == report.counts.end() ? 0 : count->second.found;
    }

    static constexpr base::Seconds call_timeout{15}, settle_wait{30};
    FakeKeyProvider provider_{clock_};
    SqlStatisticsStore statistics_{sql_};
    FakeAssignments assignments_{provider_};
};

TEST_P(KeysUnderAGuardrail, AKeyThatIsUnderNoneIsAFindingAndIsPutUnderItWhenAsked) {
    const auto guarded = make_key(1), policed = make_key(2), loose = make_key(3);
    assignments_.guarded = {guarded.delete_handle};
    assignments_.under_policy = {policed.delete_handle};
    EXPECT_TRUE(check().counts.empty()) << "too young: its mint may be about to assign it";
    clock_.advance(settle_wait);
    const auto report = check();
    EXPECT_EQ(found(report, Finding::Kind::unguarded), 1);
    EXPECT_EQ(report.findings.at(0).delete_handle, loose.delete_handle);
    EXPECT_FALSE(report.is_clean());
    EXPECT_TRUE(check(Repair::fix).is_clean());
    EXPECT_TRUE(check().counts.empty());
}

TEST_P(KeysUnderAGuardrail, AGuardrailThatWasChangedIsAFindingUntilThatIsAccepted) {
    EXPECT_TRUE(check().counts.empty()) << "as it is seen first";
    set_guardrail({"dear", "cheap"});
    for (int run = 0; run < 2; ++run) {
        const auto report = check();
        ASSERT_EQ(found(report, Finding::Kind::guardrail), 1);
        EXPECT_NE(report.findings.at(0).note.find("allowed models: cheap dear"), std::string::npos)
            << report.findings.at(0).note;
        EXPECT_FALSE(report.is_clean());
    }
    EXPECT_TRUE(check(Repair::fix).is_clean());
    EXPECT_TRUE(check().counts.empty());
    set_guardrail({"cheap", "dear"});
    EXPECT_TRUE(check().counts.empty()) << "in another order";
}

TEST_P(KeysUnderAGuardrail, InBetweenTheLastFindingsAreGivenAgain) {
    const auto key = make_key(1);
    clock_.advance(settle_wait);
    GuardrailCheck checker(*admin_, statistics_, provider_, &assignments_, clock_,
                           {Repair::report_only, call_timeout, base::Seconds{600}});
    for (int run = 0; run < 3; ++run)
        EXPECT_EQ(found(check(checker), Finding::Kind::unguarded), 1);
    EXPECT_EQ(assignments_.pages, 2);
    assignments_.guarded.insert(key.delete_handle);
    clock_.advance(base::Seconds{600});
    EXPECT_TRUE(check(checker).counts.empty());
}

TEST_P(KeysUnderAGuardrail, AKeyThatIsGoneUpstreamIsNotLookedFor) {
    provider_.remove_key(make_key(1).delete_handle);
    clock_.advance(settle_wait);
    EXPECT_TRUE(check().counts.empty());
}

INSTANTIATE_TEST_SUITE_P(Stores, KeysUnderAGuardrail, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
