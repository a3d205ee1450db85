// Keys are put under the guardrail before anybody has them.
#include <gtest/gtest.h>

#include "providers/openrouter/openrouter_client.hpp"
#include "support/scripted_http_client.hpp"

namespace llmapikey {
namespace {

using base::Errc;
using net::TransferStatus;

constexpr const char* guardrail_id = "550e8400-e29b-41d4-a716-446655440000";
constexpr const char* created = R"({"data":{"hash":"h"},"key":"sk-or-v1-k"})";

base::Deadline soon() {
    return base::Deadline::after(base::Millis{5000});
}

class OpenRouterGuardrailTest : public testing::Test {
protected:
    MintOutcome mint(base::Deadline deadline = soon()) {
        return client_.mint({"llmapikey/gh-1/n", base::MicroUsd{1}, {}}, deadline);
    }
    // "POST /keys", ...
    std::string asked(std::size_t index) const {
        const auto& request = http_.requests.at(index);
        return request.method + " " + request.url.substr(std::string("https://r/v1").size());
    }

    test::ScriptedHttpClient http_;
    OpenRouterClient client_{
        {"https://r/v1", base::Secret("m"), "", guardrail_id}, http_, Supervision{.back_off = base::Millis{1}}};
};

TEST_F(OpenRouterGuardrailTest, AKeyIsAssignedBeforeItIsGivenAway) {
    http_.answer(201, created);
    http_.answer(200, R"({"assigned_count":1})");
    const auto outcome = mint();
    ASSERT_TRUE(std::holds_alternative<Minted>(outcome));
    EXPECT_EQ(std::get<Minted>(outcome).raw_key.reveal(), "sk-or-v1-k");
    ASSERT_EQ(http_.requests.size(), 2u);
    EXPECT_EQ(asked(0), "POST /keys");
    EXPECT_EQ(asked(1), std::string("POST /guardrails/") + guardrail_id + "/assignments/keys");
    EXPECT_EQ(http_.requests.at(1).body, R"({"key_hashes":["h"]})");
}

TEST_F(OpenRouterGuardrailTest, AssigningIsTriedAgain) {
    http_.answer(201, created);
    http_.answer(500, "");
    http_.fail(TransferStatus::unknown);
    http_.answer(200, R"({"assigned_count":1})");
    EXPECT_TRUE(std::holds_alternative<Minted>(mint()));
}

TEST_F(OpenRouterGuardrailTest, NothingIsAssignedWhereNothingWasMade) {
    http_.answer(402, "{}");
    EXPECT_TRUE(std::holds_alternative<NotMinted>(mint()));
    http_.answer(500, "{}");
    EXPECT_TRUE(std::holds_alternative<MintUnknown>(mint()));
    EXPECT_EQ(http_.requests.size(), 2u);
}

struct Refusal {
    const char* name;
    int status;
    const char* body;
    Errc code;
};
std::ostream& operator<<(std::ostream& out, const Refusal& refusal) {
    return out << refusal.status << " " << refusal.body;
}
class UnassignedTest : public OpenRouterGuardrailTest, public testing::WithParamInterface<Refusal> {
protected:
    void refuse_assigning() {
        const Refusal& refusal = GetParam();
        const bool is_tried_again = refusal.status >= 500 || refusal.status == 429 || refusal.status == 0;
        for (int i = 0; i < (is_tried_again ? 3 : 1); ++i) {
            if (refusal.status == 0) http_.fail(TransferStatus::unknown);
            if (refusal.status != 0) http_.answer(refusal.status, refusal.body);
        }
    }
};

TEST_P(UnassignedTest, TheKeyIsMadeInVainAndRevokedByWhoeverAskedForIt) {
    http_.answer(201, created);
    refuse_assigning();
    const std::size_t before = http_.requests.size();
    const auto outcome = mint();
    ASSERT_TRUE(std::holds_alternative<MintedInVain>(outcome));
    EXPECT_EQ(std::get<MintedInVain>(outcome).delete_handle, "h");
    const base::Error& error = std::get<MintedInVain>(outcome).error;
    EXPECT_EQ(error.code, GetParam().code) << error.detail;
    EXPECT_NE(error.detail.find("guardrail could not be assigned"), std::string::npos) << error.detail;
    for (std::size_t i = before; i < http_.requests.size(); ++i)
        EXPECT_EQ(asked(i).find("DELETE"), std::string::npos) << "the handle may be another key's";
}

INSTANTIATE_TEST_SUITE_P(
    Refusals, UnassignedTest,
    testing::Values(Refusal{"BadRequest", 400, R"({"error":{"message":"other workspace"}})", Errc::misconfigured},
                    Refusal{"NotFound", 404, R"({"error":{"message":"no such guardrail"}})", Errc::misconfigured},
                    Refusal{"Forbidden", 403, "{}", Errc::misconfigured},
                    Refusal{"Unauthorized", 401, "{}", Errc::misconfigured},
                    Refusal{"Limited", 429, "{}", Errc::upstream_down}, Refusal{"Broken", 500, "", Errc::upstream_down},
                    Refusal{"NoAnswer", 0, "", Errc::upstream_down},
                    Refusal{"PassedOver", 200, R"({"assigned_count":0})", Errc::upstream_down},
                    Refusal{"Nonsense", 200, "<html>", Errc::upstream_down}),
    [](const auto& each) { return each.param.name; });

TEST_F(OpenRouterGuardrailTest, ALimitOnAssigningIsKeptTo) {
    http_.answer(201, created);
    http_.answer(429, "{}", {{"Retry-After", "60"}});
    const auto outcome = mint();
    ASSERT_TRUE(std::holds_alternative<MintedInVain>(outcome));
    EXPECT_EQ(http_.requests.size(), 2u) << "it is tried once";
}

TEST_F(OpenRouterGuardrailTest, IsReadWithWhatItAllows) {
    http_.answer(200, R"({"data":{"id":"g","name":"Course","workspace_id":"w","allowed_models":["a/b","c/d",7,""],
        "ignored_models":null,"allowed_providers":["p"],"limit_usd":100,"reset_interval":"monthly","new_field":{}}})");
    const auto guardrail = client_.guardrail(soon());
    ASSERT_TRUE(guardrail && *guardrail);
    EXPECT_EQ((*guardrail)->name, "Course");
    EXPECT_EQ((*guardrail)->workspace_id, "w");
    EXPECT_EQ((*guardrail)->allowed_models, (std::vector<std::string>{"a/b", "c/d"}));
    EXPECT_TRUE((*guardrail)->ignored_models.empty());
    EXPECT_EQ((*guardrail)->allowed_providers, std::vector<std::string>{"p"});
    EXPECT_EQ((*guardrail)->limit->value, 100'000'000);
    EXPECT_EQ((*guardrail)->limit_interval, "monthly");
    EXPECT_EQ(asked(0), std::string("GET /guardrails/") + guardrail_id);
}

TEST_F(OpenRouterGuardrailTest, WhatCannotBeReadSaysWhy) {
    http_.answer(404, R"({"error":{"message":"Resource not found"}})");
    EXPECT_EQ(client_.guardrail(soon()).error().code, Errc::not_found);
    http_.answer(200, R"({"data":[]})");
    EXPECT_EQ(client_.guardrail(soon()).error().code, Errc::upstream_down);
}

TEST_F(OpenRouterGuardrailTest, WithoutOneNothingIsAskedOrAssigned) {
    OpenRouterClient client{{"https://r/v1", base::Secret("m"), "", ""}, http_};
    const auto guardrail = client.guardrail(soon());
    ASSERT_TRUE(guardrail);
    EXPECT_FALSE(*guardrail);
    http_.answer(201, created);
    EXPECT_TRUE(std::holds_alternative<Minted>(client.mint({"n", {}, {}}, soon())));
    EXPECT_EQ(http_.requests.size(), 1u);
}

TEST_F(OpenRouterGuardrailTest, TheKeysUnderItAreReadPageByPageAlsoWherePagesHaveGaps) {
    http_.answer(200, R"({"data":[{"id":"1","key_hash":"a"},{"id":"2","key_hash":"b"}],"total_count":101})");
    const auto first = client_.guarded_page(0, soon());
    EXPECT_EQ(first->delete_handles, (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(first->next_offset, 100u) << "rows of deleted keys are counted and not shown";
    EXPECT_EQ(asked(0), std::string("GET /guardrails/") + guardrail_id + "/assignments/keys?limit=100&offset=0");
    http_.answer(200, R"({"data":[],"total_count":101})");
    EXPECT_FALSE(client_.guarded_page(100, soon())->next_offset);
    http_.answer(404, R"({"error":{"code":404,"message":"Guardrail not found"}})");
    EXPECT_EQ(client_.guarded_page(0, soon()).error().code, Errc::not_found);
}

// As OpenRouter's reference of guardrail policies has it.
TEST_F(OpenRouterGuardrailTest, APolicyThatAppliesCountsAsAGuardrail) {
    UpstreamKey key;
    key.delete_handle = "h";
    key.workspace_id = "w";
    const auto state = [](const char* own, const char* usual, const char* opted_out) {
        return std::string(R"({"data":{"opted_out":)") + opted_out + R"(,"policy_ids":[)" + own +
               R"(],"workspace_default_policy_ids":[)" + usual + "]}}";
    };
    http_.answer(200, state("\"p\"", "", "false"));
    EXPECT_TRUE(client_.is_guarded(key, soon()).value());
    EXPECT_EQ(asked(0),
              "GET /guardrails/policies/assignments/api-keys/h?workspace_id=w&policy_type=model_availability");
    http_.answer(200, state("", "", "false"));
    http_.answer(200, state("", "\"default\"", "false"));
    EXPECT_TRUE(client_.is_guarded(key, soon()).value());
    for (int type = 0; type < 3; ++type)
        http_.answer(200, state("", "\"default\"", "true"));
    EXPECT_FALSE(client_.is_guarded(key, soon()).value()) << "it is opted out";
    http_.answer(404, R"({"error":{"code":404,"message":"Not Found"}})");
    EXPECT_FALSE(client_.is_guarded(key, soon()).value()) << "an OpenRouter that knows no policies";
    http_.answer(403, R"({"error":{"code":403,"message":"requires a management key with write access"}})");
    EXPECT_EQ(client_.is_guarded(key, soon()).error().code, Errc::misconfigured);
}

}  // namespace
}  // namespace llmapikey
