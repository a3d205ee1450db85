#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "people/people_store.hpp"

namespace llmapikey {

// What there is to say of a person in one word.
enum class PersonState {
    usable,
    near_cap,
    at_cap,
    disabled,
    missing,
    expired,
    waiting,
    pending,
    ambiguous,
    replacing,
    revoking,
    blocked,
    on_hold,
    ended,
    not_claimed,
};

// Returns the word of people_states().
std::string_view to_text(PersonState state);

// A key comes before a hold: somebody who is on hold and has a key can use it.
PersonState state_of(const Person& person, base::Timestamp now);

}  // namespace llmapikey
