// The JSON API of the console's figures, and the page that shows them.
#include "insight/overview_routes.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class OverviewRoutesTest : public test::SiteFixture {
protected:
    test::SiteAnswer show() { return get("/api/v1/overview", program_with({Scope::read})); }
};

TEST_F(OverviewRoutesTest, WhatNobodyHasLookedUpYetIsNullAndNotZero) {
    const auto shown = show();
    ASSERT_EQ(shown.status, 200) << shown.body;
    EXPECT_EQ(shown.json().at("live").as_int64(), 0);
    for (const char* unknown : {"credits_left_usd", "credits_at", "spending_at", "reconciled_at"})
        EXPECT_TRUE(shown.json().at(unknown).is_null()) << unknown;
    EXPECT_FALSE(shown.json().at("figures_at").is_null()) << "of few keys they are taken for each answer";
    EXPECT_TRUE(shown.json().at("room").is_null()) << "there is no MAX_TOTAL_KEYS";
}

TEST_F(OverviewRoutesTest, TheRoomFollowsMaxTotalKeys) {
    Terms terms = usual_terms();
    terms.max_total_keys = 7;
    restart(terms);
    EXPECT_EQ(show().json().at("room").as_int64(), 7);
}

TEST_F(OverviewRoutesTest, OnlyAnAdminAndATokenThatReadsSeeIt) {
    const auto status_of = [this](const test::Sender& sender) { return get("/api/v1/overview", sender).status; };
    EXPECT_EQ(status_of({.session = session_of(grace), .accept = "application/json"}), 200);
    EXPECT_EQ(status_of({.session = session_of(ada), .accept = "application/json"}), 404);
    EXPECT_EQ(status_of({.accept = "application/json"}), 404);
    EXPECT_EQ(status_of(program_with({Scope::reveal})), 403);
}

}  // namespace
}  // namespace llmapikey
