// The JSON API and the pages of bulk changes: what it takes for a decision.
#include "bulk/changes/change_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class ChangeRoutesTest : public test::SiteFixture {
protected:
    static constexpr const char* path = "/api/v1/changes";
    test::Sender writer() { return program_with({Scope::read, Scope::write}); }
    test::SiteAnswer begin(const std::string& json) { return post_json(path, json, writer()); }
    void expect_refused(const std::string& json, const char* words) {
        const auto refused = begin(json);
        EXPECT_EQ(refused.status, 400) << json << refused.body;
        EXPECT_TRUE(refused.has(words)) << refused.body;
    }
    std::size_t decided() { return get(path, writer()).json().at("changes").as_array().size(); }
};

TEST_F(ChangeRoutesTest, WithoutAnActASelectionOrAReasonNothingIsDecided) {
    expect_refused(R"({"act":"disable","reason":"over"})", "say which keys are meant");
    expect_refused(R"({"act":"revoke","reason":"over","state":"active"})", "disable, enable, cap or replace");
    expect_refused(R"({"reason":"over","state":"active"})", "disable, enable, cap or replace");
    expect_refused(R"({"act":"disable","state":"active"})", "reason");
    expect_refused(R"({"act":"cap","reason":"over","state":"active"})", "daily_limit_usd is needed");
    expect_refused(R"({"act":"cap","reason":"over","state":"active","daily_limit_usd":-1})", "daily_limit_usd");
    expect_refused(R"({"act":"enable","reason":"over","state":"active","daily_limit_usd":1})", "for no other one");
    expect_refused(R"({"act":"disable","reason":"over","state":"waiting"})", "only active keys can be changed");
    expect_refused(R"({"act":"disable","reason":"over","state":"active","hold":"7d"})", "hold");
    EXPECT_EQ(begin("{").status, 400);
    EXPECT_EQ(decided(), 0u);
}

TEST_F(ChangeRoutesTest, AnotherNumberThanTheOneThatWasConfirmedIsAConflictThatSaysTheNumber) {
    const auto refused = begin(R"({"act":"disable","reason":"over","state":"active","confirm":5})");
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.json().at("count").as_int64(), 0);
    EXPECT_EQ(decided(), 0u);
}

TEST_F(ChangeRoutesTest, WhatIsNotThereIsNotFound) {
    const std::string nobody = std::string(path) + "/" + base::random_uuid();
    EXPECT_EQ(get(nobody, writer()).status, 404);
    EXPECT_EQ(post_json(nobody + "/stop", "", writer()).status, 404);
    EXPECT_EQ(post_json(nobody + "/retry", "", writer()).status, 404);
}

TEST_F(ChangeRoutesTest, AReaderSeesDecisionsAndMakesNone) {
    const test::Sender reader = program_with({Scope::read});
    EXPECT_EQ(get(path, reader).status, 200);
    EXPECT_EQ(post_json(path, R"({"act":"disable","reason":"over","state":"active"})", reader).status, 403);
    EXPECT_EQ(decided(), 0u);
}

}  // namespace
}  // namespace llmapikey
