#include "settings/settings.hpp"

#include <gtest/gtest.h>

#include <map>

#include "settings/settings_json.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_settings.hpp"

namespace llmapikey::test {
namespace {

const SettingActor grace{{"github:1003", "127.0.0.1"}, "grace"};

class SettingsTest : public testing::Test {
protected:
    static SettingDefaults defaults(bool is_enabled = true) {
        return {{is_enabled, 500, base::MicroUsd{10'000'000}, std::chrono::days{90}}, {"Us", "", "llmapikey"}};
    }
    std::vector<AuditEntry> entries() {
        std::vector<AuditEntry> found;
        const auto all = audit_.read(0, 100).value();
        for (const ChainedEntry& link : all)
            found.push_back(link.entry);
        return found;
    }

    ManualClock clock_;
    MemoryKeyStore keys_;
    MemorySettings store_{keys_};
    MemoryAuditLog audit_;
    int changes_seen_ = 0;
    Settings settings_{store_, defaults(), audit_, clock_, [this](const SettingsState&) { ++changes_seen_; }};
};

TEST_F(SettingsTest, TheEnvironmentCountsUntilAnOrganizerSetsSomething) {
    EXPECT_EQ(settings_.known().daily_limit.value, 10'000'000);
    EXPECT_FALSE(settings_.state()->of(SettingName::daily_limit).is_set);
    ASSERT_TRUE(settings_.change({{SettingName::daily_limit, SettingValue{std::int64_t{25'000'000}}},
                                  {SettingName::organizer_name, SettingValue{std::string("The course")}}},
                                 grace));
    EXPECT_EQ(settings_.known().daily_limit.value, 25'000'000);
    EXPECT_EQ(settings_.state()->organizer().name, "The course");
    const SettingState cap = settings_.state()->of(SettingName::daily_limit);
    EXPECT_TRUE(cap.is_set);
    EXPECT_EQ(cap.configured, SettingValue{std::int64_t{10'000'000}});
    EXPECT_EQ(cap.changed_at, clock_.now());
    EXPECT_EQ(cap.changed_by_login, "grace");
    EXPECT_EQ(changes_seen_, 1) << "one change of two settings";

    ASSERT_TRUE(settings_.change({{SettingName::daily_limit, std::nullopt}}, grace));
    EXPECT_EQ(settings_.known().daily_limit.value, 10'000'000);
    EXPECT_FALSE(settings_.state()->of(SettingName::daily_limit).is_set);
    EXPECT_TRUE(settings_.state()->of(SettingName::daily_limit).changed_at) << "set back by somebody";
}

TEST_F(SettingsTest, EveryChangeIsRecordedFromWhatToWhat) {
    ASSERT_TRUE(settings_.change({{SettingName::daily_limit, SettingValue{std::int64_t{25'000'000}}}}, grace));
    ASSERT_TRUE(settings_.change({{SettingName::minting_paused, SettingValue{std::int64_t{1}}}}, grace));
    ASSERT_TRUE(settings_.change({{SettingName::minting_paused, SettingValue{std::int64_t{0}}}}, grace));
    ASSERT_TRUE(settings_.change({{SettingName::daily_limit, std::nullopt}}, grace));
    const auto all = entries();
    ASSERT_EQ(all.size(), 8u);
    EXPECT_EQ(all[0].action, "setting.change");
    EXPECT_EQ(all[0].subject, "setting:daily_limit_usd");
    EXPECT_EQ(all[0].actor, "github:1003");
    EXPECT_EQ(all[0].outcome, "begun");
    EXPECT_EQ(all[0].detail, "from $10.00 (environment) to $25.00");
    EXPECT_EQ(all[1].outcome, "done");
    EXPECT_EQ(all[2].action, "minting.pause");
    EXPECT_EQ(all[2].detail, "from not paused (environment) to paused");
    EXPECT_EQ(all[4].action, "minting.resume");
    EXPECT_EQ(all[6].detail, "from $25.00 to $10.00 (environment)");
}

TEST_F(SettingsTest, WhatChangesNothingIsNotRecorded) {
    ASSERT_TRUE(settings_.change(
        {{SettingName::seats, std::nullopt}, {SettingName::minting_paused, SettingValue{std::int64_t{0}}}}, grace));
    EXPECT_TRUE(entries().empty());
    EXPECT_EQ(changes_seen_, 0);
    ASSERT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{500}}}}, grace));
    EXPECT_TRUE(settings_.state()->of(SettingName::seats).is_set) << "pinned, though the environment says the same";
    EXPECT_EQ(entries().size(), 2u);
    ASSERT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{500}}}}, grace));
    EXPECT_EQ(entries().size(), 2u);
}

TEST_F(SettingsTest, AChangeThatIsNotStoredIsRecordedAsFailed) {
    ASSERT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{7}}}}, grace));
    store_.is_full = true;
    EXPECT_EQ(settings_.change({{SettingName::seats, SettingValue{std::int64_t{8}}}}, grace).error().code,
              base::Errc::store_unavailable);
    EXPECT_EQ(entries().back().outcome, "failed");
    EXPECT_EQ(settings_.known().max_total_keys, 7);
}

TEST_F(SettingsTest, AChangeWhoseAnswerIsLostIsRecordedAsWhatItIs) {
    store_.is_answer_lost = true;
    EXPECT_TRUE(settings_.change({{SettingName::minting_paused, SettingValue{std::int64_t{1}}}}, grace).value());
    EXPECT_EQ(entries().back().outcome, "done");
    EXPECT_FALSE(settings_.known().is_enabled);
}

TEST_F(SettingsTest, AChangeThatIsOvertakenIsTriedAgain) {
    Settings other(store_, defaults(), audit_, clock_);
    store_.before_put = [&] {
        ASSERT_TRUE(other.change({{SettingName::seats, SettingValue{std::int64_t{7}}}}, grace));
    };
    EXPECT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{8}}}}, grace).value());
    EXPECT_EQ(settings_.known().max_total_keys, 8);
    EXPECT_EQ(entries().back().detail, "from 7 seats to 8 seats");
    std::map<std::string, int> outcomes;
    for (const AuditEntry& entry : entries())
        ++outcomes[entry.outcome];
    EXPECT_EQ(outcomes["begun"], outcomes["done"] + outcomes["failed"]);
    EXPECT_EQ(outcomes["failed"], 1);
}

TEST_F(SettingsTest, WhoeverHasSeenFormerSettingsChangesNothing) {
    const std::string seen = settings_.state()->version();
    EXPECT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{7}}}}, grace, seen).value());
    EXPECT_EQ(settings_.change({{SettingName::seats, SettingValue{std::int64_t{8}}}}, grace, seen).error().code,
              base::Errc::conflict);
    EXPECT_EQ(settings_.known().max_total_keys, 7);
    EXPECT_FALSE(settings_.change({}, grace, settings_.state()->version()).value());
}

TEST_F(SettingsTest, WhatCannotBeRecordedIsNotBegun) {
    audit_.fail_append(2);
    EXPECT_FALSE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{7}}},
                                   {SettingName::event_name, SettingValue{std::string("Spring school")}}},
                                  grace));
    EXPECT_TRUE(store_.list()->settings.empty());
    EXPECT_EQ(entries().back().outcome, "failed") << "what was begun does not stay so";
}

TEST_F(SettingsTest, AChangeThatCountsIsShownThoughItsEndCannotBeRecorded) {
    audit_.fail_append(2);
    EXPECT_FALSE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{7}}}}, grace));
    EXPECT_EQ(settings_.known().max_total_keys, 7);
}

TEST_F(SettingsTest, AnOlderReadingThatComesLateIsNotShown) {
    store_.after_list = [&] {
        ASSERT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{7}}}}, grace));
    };
    ASSERT_TRUE(settings_.read());
    EXPECT_EQ(settings_.known().max_total_keys, 7);
}

TEST_F(SettingsTest, WithoutTheDatabasePagesShowWhatWasKnownLast) {
    ASSERT_TRUE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{7}}}}, grace));
    store_.is_away = true;
    EXPECT_FALSE(settings_.read());
    EXPECT_EQ(settings_.known().max_total_keys, 7);
    EXPECT_FALSE(settings_.change({{SettingName::seats, SettingValue{std::int64_t{8}}}}, grace));
}

TEST_F(SettingsTest, AChangeOfAnotherReplicaIsSeenWithTheNextReading) {
    Settings other(store_, defaults(), audit_, clock_);
    ASSERT_TRUE(other.change({{SettingName::minting_paused, SettingValue{std::int64_t{1}}}}, grace));
    EXPECT_TRUE(settings_.known().is_enabled);
    ASSERT_TRUE(settings_.read());
    EXPECT_FALSE(settings_.known().is_enabled);
    EXPECT_EQ(changes_seen_, 1);
    ASSERT_TRUE(settings_.read());
    EXPECT_EQ(changes_seen_, 1) << "nothing new";
    Settings restarted(store_, defaults(), audit_, clock_);
    EXPECT_FALSE(restarted.known().is_enabled) << "a restart keeps it";
}

TEST_F(SettingsTest, TheEnvironmentIsTheMasterSwitch) {
    Settings off(store_, defaults(false), audit_, clock_);
    ASSERT_TRUE(off.change({{SettingName::minting_paused, SettingValue{std::int64_t{0}}}}, grace));
    EXPECT_FALSE(off.known().is_enabled);
    EXPECT_FALSE(off.state()->is_minting_configured());
}

TEST_F(SettingsTest, ARowOfAnotherVersionIsPassedOver) {
    const SettingsState state(defaults(), {1,
                                           {{"a_later_one", SettingValue{std::int64_t{1}}, clock_.now(), "x", ""},
                                            {"seats", SettingValue{std::string("many")}, clock_.now(), "x", ""}}});
    EXPECT_EQ(state.terms().max_total_keys, 500);
    EXPECT_FALSE(state.of(SettingName::seats).is_set);
}

TEST_F(SettingsTest, TheJsonSaysWhatIsInForceAndWhatTheEnvironmentSays) {
    ASSERT_TRUE(settings_.change({{SettingName::daily_limit, SettingValue{std::int64_t{2'500'000}}}}, grace));
    const auto json = to_json(*settings_.state());
    EXPECT_EQ(json.at("minting_enabled"), true);
    EXPECT_EQ(json.at("minting_paused").at("value"), false);
    EXPECT_EQ(json.at("daily_limit_usd").at("value"), 2.5);
    EXPECT_EQ(json.at("daily_limit_usd").at("environment"), 10.0);
    EXPECT_EQ(json.at("daily_limit_usd").at("overridden"), true);
    EXPECT_EQ(json.at("daily_limit_usd").at("changed_by"), "github:1003");
    EXPECT_EQ(json.at("seats").at("value"), 500);
    EXPECT_TRUE(json.at("seats").at("changed_at").is_null());
    EXPECT_EQ(json.at("organizer_name").at("value"), "Us");
}

}  // namespace
}  // namespace llmapikey::test
