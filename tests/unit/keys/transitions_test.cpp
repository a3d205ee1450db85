// The table of transitions, and that what else tells of them says the same.
#include "keys/transitions.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace llmapikey::test {
namespace {

using Pairs = std::set<std::pair<std::string, std::string>>;

std::string text_of(const std::string& path) {
    std::ifstream file(std::string(LLMAPIKEY_SOURCE_DIR) + "/" + path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string lower(std::string text) {
    for (char& c : text)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

std::string name_of(const std::optional<GrantStatus>& status, const std::string& none) {
    return status ? std::string(to_text(*status)) : none;
}

Pairs pairs_of_table(const std::string& none) {
    Pairs pairs;
    for (const Transition& each : transitions())
        pairs.emplace(name_of(each.from, none), name_of(each.to, none));
    return pairs;
}

Pairs pairs_in(const std::string& text, const std::regex& pattern) {
    Pairs pairs;
    for (std::sregex_iterator found(text.begin(), text.end(), pattern), end; found != end; ++found)
        pairs.emplace(lower((*found)[1]), lower((*found)[2]));
    return pairs;
}

TEST(Transitions, StandInTheOrderOfTheirSteps) {
    int last = 0;
    for (const Transition& each : transitions()) {
        EXPECT_LE(last, static_cast<int>(each.step));
        EXPECT_LE(static_cast<int>(each.step), last + 1) << "a step without a transition";
        last = static_cast<int>(each.step);
        EXPECT_EQ(parse_step(to_text(each.step)), each.step);
        EXPECT_EQ(target_of(each.step), each.to) << to_text(each.step) << " leads to one status only";
    }
    EXPECT_EQ(last, static_cast<int>(Step::finish_ending));
    EXPECT_EQ(parse_step("to_fly"), std::nullopt);
}

TEST(Transitions, KeepThePlaceAndTheLedgerRight) {
    for (const Transition& each : transitions()) {
        SCOPED_TRACE(to_text(each.step));
        EXPECT_EQ(each.place == Place::taken, !each.from.has_value());
        EXPECT_EQ(each.place == Place::freed, !each.to.has_value());
        const bool begins = each.to == GrantStatus::revoking || each.to == GrantStatus::replacing;
        EXPECT_EQ(each.ledger == LedgerChange::begun, begins);
    }
}

TEST(Transitions, EveryStatusIsReachedAndLeft) {
    for (const GrantStatus status : all_statuses()) {
        SCOPED_TRACE(to_text(status));
        bool is_reached = false, is_left = false;
        for (const Transition& each : transitions()) {
            is_reached = is_reached || each.to == status;
            is_left = is_left || each.from == status;
        }
        EXPECT_TRUE(is_reached && is_left);
    }
}

TEST(Transitions, AreThoseOfTheDiagram) {
    const std::regex arrow(R"(\n  (\w+|\[\*\]) --> (\w+|\[\*\]): )");
    EXPECT_EQ(pairs_in(text_of("src/keys/README.md"), arrow), pairs_of_table("[*]"));
}

TEST(Transitions, AreThoseOfTheModel) {
    const std::regex pair(R"(\|\| from == (\w+) && to == (\w+))");
    EXPECT_EQ(pairs_in(text_of("tests/model/issuance.pml"), pair), pairs_of_table("none"));
}

}  // namespace
}  // namespace llmapikey::test
