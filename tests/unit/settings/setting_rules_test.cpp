#include "settings/setting_rules.hpp"

#include <gtest/gtest.h>

#include "keys/terms.hpp"

namespace llmapikey {
namespace {

TEST(SettingRules, ARuleStandsWhereItsNameLeads) {
    for (const SettingRule& rule : setting_rules()) {
        EXPECT_EQ(rule_of(rule.setting).name, rule.name);
        ASSERT_NE(find_setting(rule.name), nullptr);
        EXPECT_EQ(find_setting(rule.name)->setting, rule.setting);
    }
    EXPECT_EQ(find_setting("seat"), nullptr);
    for (const std::string_view term : term_names::all)
        EXPECT_NE(find_setting(term), nullptr) << term << " is read by the statements of keys";
}

struct Example {
    SettingName setting;
    const char *typed, *typed_again, *shown;
};

TEST(SettingRules, WhatIsTypedIsShownAndTypedAgain) {
    for (const Example& each : {
             Example{SettingName::minting_paused, "true", "true", "paused"},
             Example{SettingName::minting_paused, " 0 ", "false", "not paused"},
             Example{SettingName::daily_limit, "10", "10", "$10.00"},
             Example{SettingName::daily_limit, "$2.5", "2.50", "$2.50"},
             Example{SettingName::daily_limit, "0.003", "0.003", "$0.003"},
             Example{SettingName::key_lifetime, "1", "1", "1 day"},
             Example{SettingName::key_lifetime, "3650", "3650", "3650 days"},
             Example{SettingName::seats, "0", "0", "no limit"},
             Example{SettingName::seats, "500", "500", "500 seats"},
             Example{SettingName::organizer_name, " The course ", "The course", "The course"},
             Example{SettingName::organizer_name, "", "", "nothing"},
             Example{SettingName::organizer_contact, "help@example.org", "help@example.org", "help@example.org"},
             Example{SettingName::organizer_contact, "mailto:a@example.org?subject=Key",
                     "mailto:a@example.org?subject=Key", "mailto:a@example.org?subject=Key"},
             Example{SettingName::event_name, "Spring school", "Spring school", "Spring school"},
         }) {
        const auto value = parse_setting(each.setting, each.typed);
        ASSERT_TRUE(value) << each.typed << ": " << value.error().detail;
        EXPECT_EQ(typed_setting(each.setting, *value), each.typed_again);
        EXPECT_EQ(shown_setting(each.setting, *value), each.shown);
        EXPECT_EQ(parse_setting(each.setting, typed_setting(each.setting, *value)).value(), *value);
    }
}

TEST(SettingRules, NonsenseIsRefusedWithoutRepeatingIt) {
    const std::string raw_key = "sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    for (const auto& [setting, text] : std::vector<std::pair<SettingName, std::string>>{
             {SettingName::minting_paused, ""},
             {SettingName::minting_paused, "yes"},
             {SettingName::daily_limit, ""},
             {SettingName::daily_limit, "0"},
             {SettingName::daily_limit, "-1"},
             {SettingName::daily_limit, "two"},
             {SettingName::daily_limit, "100001"},
             {SettingName::key_lifetime, "0"},
             {SettingName::key_lifetime, "3651"},
             {SettingName::key_lifetime, "1.5"},
             {SettingName::seats, "-1"},
             {SettingName::seats, ""},
             {SettingName::seats, "many"},
             {SettingName::organizer_name, "a\nb"},
             {SettingName::event_name,
              "a\xe2\x80\xae"
              "b"},  // turns the direction of writing
             {SettingName::organizer_name, raw_key},
             {SettingName::organizer_contact, "javascript:alert(1)"},
             {SettingName::organizer_contact, "https://example.org/" + raw_key},
             {SettingName::event_name, ""},
             {SettingName::event_name, std::string(61, 'x')},
         }) {
        const auto value = parse_setting(setting, text);
        ASSERT_FALSE(value) << rule_of(setting).name << " " << text;
        EXPECT_EQ(value.error().code, base::Errc::invalid_input);
        EXPECT_EQ(value.error().detail.find(raw_key), std::string::npos);
    }
}

}  // namespace
}  // namespace llmapikey
