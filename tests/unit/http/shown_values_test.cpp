#include "http/answers/shown_values.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

TEST(ShownValuesTest, AnAgeHasTheUnitThatPeopleWouldUse) {
    for (const auto& [seconds, text] :
         {std::pair{0, "just now"}, std::pair{1, "1 second ago"}, std::pair{12, "12 seconds ago"},
          std::pair{119, "119 seconds ago"}, std::pair{120, "2 minutes ago"}, std::pair{7'199, "119 minutes ago"},
          std::pair{7'200, "2 hours ago"}, std::pair{172'799, "47 hours ago"}, std::pair{172'800, "2 days ago"}})
        EXPECT_EQ(age_text(base::Seconds{seconds}), text) << seconds;
    EXPECT_EQ(age_text(base::Seconds{-3}), "just now") << "another replica's clock is ahead";
}

TEST(ShownValuesTest, AnAgeComesWithItsExactTime) {
    const base::Timestamp read_at{base::Seconds{1'800'000'005}};
    const ShownAge shown = shown_age(read_at, read_at + base::Seconds{90});
    EXPECT_EQ(shown.at, "2027-01-15T08:00:05Z");
    EXPECT_EQ(shown.exact, "2027-01-15 08:00:05 UTC");
    EXPECT_EQ(shown.age, "90 seconds ago");
}

TEST(ShownValuesTest, InitialsAreLettersOrDigits) {
    EXPECT_EQ(initials_of("grace-returning"), "gr");
    EXPECT_EQ(initials_of("a-long-login"), "al");
    EXPECT_EQ(initials_of("x"), "x");
}

TEST(ShownValuesTest, ASpanIsInHoursAndMinutesAndNeverBroken) {
    for (const auto& [seconds, text] : {std::pair{1, "1_min"}, std::pair{59 * 60, "59_min"},
                                        std::pair{59 * 60 + 1, "1_h_0_min"}, std::pair{82'500, "22_h_55_min"}})
        EXPECT_EQ(base::replaced(span_text(base::Seconds{seconds}), "\u00a0", "_"), text) << seconds;
}

}  // namespace
}  // namespace llmapikey
