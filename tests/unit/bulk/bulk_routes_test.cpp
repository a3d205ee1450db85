// The JSON API of bulk revocations: what it takes for a decision.
#include "bulk/bulk_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class BulkRoutesTest : public test::SiteFixture {
protected:
    static constexpr const char* path = "/api/v1/revocations";
    test::Sender writer() { return program_with({Scope::read, Scope::write}); }
    test::SiteAnswer begin(const std::string& json) { return post_json(path, json, writer()); }
    void expect_refused(const std::string& json, const char* words) {
        const auto refused = begin(json);
        EXPECT_EQ(refused.status, 400) << json << refused.body;
        EXPECT_TRUE(refused.has(words)) << refused.body;
    }
    std::size_t decided() { return get(path, writer()).json().at("revocations").as_array().size(); }
};

TEST_F(BulkRoutesTest, WithoutASelectionOrAReasonNothingIsDecided) {
    expect_refused(R"({"reason":"leaked"})", "say which keys are meant");
    expect_refused(R"({"reason":"leaked","all":"false"})", "say which keys are meant");
    expect_refused(R"({"state":"active"})", "reason");
    expect_refused(R"({"reason":"leaked","state":"lost"})", "state");
    expect_refused(R"({"reason":"leaked","ids":["no id"]})", "id");
    expect_refused(R"({"reason":"leaked","state":"active","confirm":"all of them"})", "Confirm must be a number");
    expect_refused(R"({"reason":"leaked","state":"active","hold":"yesterday"})", "hold");
    EXPECT_EQ(begin("{").status, 400);
    EXPECT_EQ(decided(), 0u);
}

TEST_F(BulkRoutesTest, AnotherNumberThanTheOneThatWasConfirmedIsAConflictThatSaysTheNumber) {
    const auto refused = begin(R"({"reason":"leaked","state":"active","confirm":5})");
    EXPECT_EQ(refused.status, 409) << refused.body;
    EXPECT_EQ(refused.json().at("count").as_int64(), 0);
    EXPECT_EQ(decided(), 0u);
}

TEST_F(BulkRoutesTest, WhatIsNotThereIsNotFound) {
    const std::string nobody = base::random_uuid();
    EXPECT_EQ(get(std::string(path) + "/" + nobody, writer()).status, 404);
    EXPECT_EQ(post_json(std::string(path) + "/" + nobody + "/stop", "", writer()).status, 404);
}

TEST_F(BulkRoutesTest, AReaderSeesDecisionsAndMakesNone) {
    const test::Sender reader = program_with({Scope::read});
    EXPECT_EQ(get(path, reader).status, 200);
    EXPECT_EQ(post_json(path, R"({"reason":"leaked","state":"active"})", reader).status, 403);
    EXPECT_EQ(decided(), 0u);
}

}  // namespace
}  // namespace llmapikey
