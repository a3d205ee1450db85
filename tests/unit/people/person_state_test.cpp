#include "people/person_state.hpp"

#include <gtest/gtest.h>

namespace llmapikey::test {
namespace {

const base::Timestamp now{base::Seconds{1'790'000'000}};

Person holder(std::int64_t today = 0) {
    Person person;
    person.key = PersonKey{};
    person.key->status = GrantStatus::active;
    person.key->daily_limit = base::MicroUsd{4'000'000};
    person.key->expires_at = now + base::Seconds{1};
    person.today = base::MicroUsd{today};
    return person;
}

TEST(PersonStates, TheCapIsReachedNearOrFar) {
    EXPECT_EQ(state_of(holder(0), now), PersonState::usable);
    EXPECT_EQ(state_of(holder(2'999'999), now), PersonState::usable);
    EXPECT_EQ(state_of(holder(3'000'000), now), PersonState::near_cap);
    EXPECT_EQ(state_of(holder(3'999'999), now), PersonState::near_cap);
    EXPECT_EQ(state_of(holder(4'000'000), now), PersonState::at_cap);
    EXPECT_EQ(state_of(holder(9'000'000), now), PersonState::at_cap);
}

TEST(PersonStates, WhatKeepsAKeyFromWorkingComesBeforeItsCap) {
    Person person = holder(4'000'000);
    person.key->expires_at = now;
    EXPECT_EQ(state_of(person, now), PersonState::expired);
    person.key->is_missing = true;
    EXPECT_EQ(state_of(person, now), PersonState::missing);
    person.key->is_disabled = true;
    EXPECT_EQ(state_of(person, now), PersonState::disabled);
    person.key->status = GrantStatus::revoking;
    EXPECT_EQ(state_of(person, now), PersonState::revoking);
}

TEST(PersonStates, AHoldIsSaidOfWhoHasNoKey) {
    Person person = holder();
    person.hold = Hold{};
    EXPECT_EQ(state_of(person, now), PersonState::usable);
    person.key.reset();
    EXPECT_EQ(state_of(person, now), PersonState::blocked);
    person.hold->until = now + base::Seconds{1};
    EXPECT_EQ(state_of(person, now), PersonState::on_hold);
    person.hold.reset();
    EXPECT_EQ(state_of(person, now), PersonState::not_claimed);
    person.former = FormerKey{};
    EXPECT_EQ(state_of(person, now), PersonState::ended);
}

TEST(PersonStates, EachIsAWordThatTheListFilters) {
    const auto& words = people_states();
    for (int i = 0; i <= static_cast<int>(PersonState::not_claimed); ++i)
        EXPECT_NE(std::find(words.begin(), words.end(), to_text(static_cast<PersonState>(i))), words.end());
}

}  // namespace
}  // namespace llmapikey::test
