// The JSON API of webhook endpoints and deliveries.
#include "webhooks/webhook_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class WebhookRoutesTest : public test::SiteFixture {
protected:
    static constexpr const char* path = "/api/v1/webhooks";
    test::Sender writer() { return program_with({Scope::read, Scope::write}); }
    test::SiteAnswer add(const std::string& json) { return post_json(path, json, writer()); }
    std::string add_one() {
        const auto added = add(R"({"url":"https://hooks.example.org/in","events":["key.issued"]})");
        EXPECT_EQ(added.status, 201) << added.body;
        return added.json_text("id");
    }
    test::SiteAnswer post(const std::string& id, const char* what, const std::string& json = "") {
        return post_json(std::string(path) + "/" + id + "/" + what, json, writer());
    }
    std::size_t length_of(const std::string& target, const char* member) {
        return get(target, writer()).json().at(member).as_array().size();
    }
};

TEST_F(WebhookRoutesTest, ASecretIsShownWhenTheEndpointIsAddedAndWhenItIsReplaced) {
    const auto added = add(R"({"url":"https://hooks.example.org/in","events":[]})");
    ASSERT_EQ(added.status, 201) << added.body;
    const std::string first = added.json_text("secret"), id = added.json_text("id");
    ASSERT_FALSE(first.empty());
    EXPECT_FALSE(get(path, writer()).has(first));
    const auto replaced = post(id, "secret", R"({"former_secret_hours":2})");
    EXPECT_EQ(replaced.status, 200) << replaced.body;
    EXPECT_FALSE(replaced.json_text("secret").empty());
    EXPECT_NE(replaced.json_text("secret"), first);
    EXPECT_NE(replaced.json_text("former_secret_until"), "") << "both sign until then";
}

TEST_F(WebhookRoutesTest, WhatMakesNoSenseIsRefusedAndNothingIsAdded) {
    for (const char* json : {R"({"url":"ftp://hooks.example.org","events":[]})", R"({"events":[]})",
                             R"({"url":"https://hooks.example.org/in","events":["key.lost"]})", "{"}) {
        const auto refused = add(json);
        EXPECT_EQ(refused.status, 400) << json << refused.body;
        EXPECT_FALSE(refused.json_text("detail").empty()) << refused.body;
    }
    EXPECT_EQ(length_of(path, "webhooks"), 0u);
    EXPECT_EQ(post(add_one(), "secret", R"({"former_secret_hours":"soon"})").status, 400);
}

TEST_F(WebhookRoutesTest, AnEndpointThatIsNotThereIsNotFound) {
    const std::string nobody = base::random_uuid();
    EXPECT_EQ(post(nobody, "test").status, 404);
    EXPECT_EQ(post(nobody, "secret").status, 404);
    EXPECT_EQ(post_json("/api/v1/webhook-deliveries/" + nobody + "/resend", "", writer()).status, 404);
}

TEST_F(WebhookRoutesTest, ATestIsAnEventThatWaitsForTheCourier) {
    const std::string id = add_one();
    EXPECT_EQ(length_of("/api/v1/webhook-deliveries", "deliveries"), 0u);
    const auto sent = post(id, "test");
    EXPECT_EQ(sent.status, 202) << sent.body;
    EXPECT_EQ(sent.json_text("status"), "waiting");
    for (const char* state : {"waiting", "delivered", "dead"})
        EXPECT_EQ(length_of(std::string("/api/v1/webhook-deliveries?state=") + state, "deliveries"), 0u)
            << "deliveries are the courier's";
    EXPECT_EQ(get("/api/v1/webhook-deliveries?state=lost", writer()).status, 400);
}

TEST_F(WebhookRoutesTest, AReaderChangesNothing) {
    const test::Sender reader = program_with({Scope::read});
    EXPECT_EQ(get(path, reader).status, 200);
    EXPECT_EQ(post_json(path, R"({"url":"https://hooks.example.org/in","events":[]})", reader).status, 403);
    EXPECT_EQ(length_of(path, "webhooks"), 0u);
}

}  // namespace
}  // namespace llmapikey
