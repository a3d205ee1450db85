// What StoredAnswers promise of requests with one Idempotency-Key, asked of both databases.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "site/store_answers.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class StoredAnswersContract : public StoresUnderTest {};

TEST_P(StoredAnswersContract, OfManyEqualRequestsOneIsTheFirst) {
    SqlStoredAnswers answers(sql_);
    std::atomic<int> firsts{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 8; ++i) {
        clients.emplace_back([&] {
            const auto outcome = answers.begin("github:1", "key", "print", clock_.now());
            if (outcome && std::holds_alternative<FirstRequest>(*outcome)) ++firsts;
        });
    }
    for (auto& client : clients)
        client.join();
    EXPECT_EQ(firsts, 1);
}

TEST_P(StoredAnswersContract, AnAnswerIsKeptForADayAndADeadRequestMayBeRepeated) {
    SqlStoredAnswers answers(sql_);
    const auto begin = [&](const std::string& key, const std::string& print) {
        return answers.begin("github:1", key, print, clock_.now()).value();
    };
    const auto first = std::get<FirstRequest>(begin("a", "print"));
    const auto longest = StoredAnswers::request_max;
    EXPECT_EQ(std::get<RequestUnderWay>(begin("a", "print")).ends_within, longest + base::Seconds{1});
    clock_.advance(longest - base::Seconds{20});
    EXPECT_EQ(std::get<RequestUnderWay>(begin("a", "print")).ends_within, base::Seconds{21});
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(begin("a", "other")));
    ASSERT_TRUE(answers.finish("github:1", "a", first.attempt, {201, "v1.sealed"}));
    EXPECT_EQ(std::get<StoredAnswer>(begin("a", "print")).status, 201);
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(answers.begin("github:2", "a", "other", clock_.now()).value()))
        << "another person's key is another key";
    begin("b", "print");
    clock_.advance(StoredAnswers::request_max + base::Seconds{1});
    EXPECT_TRUE(std::holds_alternative<OtherRequest>(begin("b", "other")));
    const auto again = std::get<FirstRequest>(begin("b", "print"));
    ASSERT_TRUE(answers.forget("github:1", "b", again.attempt));
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(begin("b", "other")));
    clock_.advance(StoredAnswers::kept_for);
    EXPECT_TRUE(std::holds_alternative<FirstRequest>(begin("a", "other")));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoredAnswersContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
