#include "keys/dashboard_views.hpp"

#include <gtest/gtest.h>

#include "support/example_views.hpp"

namespace llmapikey {
namespace {

using test::contains;
using test::full_dashboard;

TEST(DashboardViewsTest, TheDashboardShowsTheKeyAndItsLimits) {
    const std::string page = render(full_dashboard());
    for (const char* text :
         {"sk-or-v1-raw1234", "$5.75 left", "of $7.25", "$1.50 spent, including $3.50 with your earlier key",
          "22 February 2027", "for 11 days", "in 5 h 12 min", "value=\"21\"", "Last 30 days: $8.25",
          "Some Model (cheap)", "title=\"2027-02-22 14:05:00 UTC\" data-age>12 seconds ago</time>", "some/model",
          "Your key is ready."}) {
        EXPECT_NE(page.find(text), std::string::npos) << text;
    }
    EXPECT_EQ(page.find("data-refresh-after"), std::string::npos);
}

TEST(DashboardViewsTest, WithoutALimitNothingIsSaidToBeLeft) {
    DashboardView view = full_dashboard();
    view.usage->remaining_usd.clear();
    const std::string page = render(view);
    EXPECT_TRUE(contains(page, "$1.50 spent <small>without a limit</small>"));
    EXPECT_FALSE(contains(page, "<progress"));
    EXPECT_FALSE(contains(page, " left"));
}

TEST(DashboardViewsTest, APageThatWaitsAsksForItselfAgainWithAndWithoutScript) {
    DashboardView view = full_dashboard();
    view.state = DashboardState::ambiguous;
    const std::string page = render(view);
    EXPECT_NE(page.find("<noscript><meta http-equiv=\"refresh\""), std::string::npos);
    EXPECT_NE(page.find("data-refresh-after"), std::string::npos);
    EXPECT_EQ(page.find("sk-or-v1-raw1234"), std::string::npos);
}

TEST(DashboardViewsTest, AnExpiredKeySaysSo) {
    DashboardView view = full_dashboard();
    view.is_expired = true;
    view.usage.reset();
    EXPECT_NE(render(view).find("no longer works"), std::string::npos);
}

TEST(DashboardViewsTest, OnlyAKeyThatWorksCanBeTried) {
    const auto offers_trial = [](const DashboardView& view) {
        return render(view).find("action=\"/dashboard/try\"") != std::string::npos;
    };
    DashboardView view = full_dashboard();
    EXPECT_TRUE(offers_trial(view));
    view.is_disabled = true;
    EXPECT_FALSE(offers_trial(view));
    view.is_disabled = false;
    view.is_expired = true;
    EXPECT_FALSE(offers_trial(view));
}

}  // namespace
}  // namespace llmapikey
