#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "people/person_state.hpp"

// How the console says what is true of people.
namespace llmapikey {

// A color and a word for it: kind is "good", "warn", "bad", or empty for gray.
struct Badge {
    std::string_view kind, text;
};
Badge badge_of(PersonState state);

// A state that the list can be filtered by, as its chip and the list of states say it.
struct StateWord {
    std::string_view state, label;
};
// Returns all of people_states(), in the order of the chips.
const std::vector<StateWord>& state_labels();

// What can be done with the keys of those who are chosen: a button that leads to a confirmation.
struct BulkAct {
    std::string_view name, path, label;
    std::string_view css_class;      // "danger"; empty: it can be undone
    std::string_view sent_act = {};  // the value of the field "act" that its page asks for; empty: none
};
const std::vector<BulkAct>& bulk_acts();

// A column of the list.
struct ColumnHead {
    PeopleOrder order;
    std::string_view label;
    std::string_view css_class;  // "r": an amount; "wide": only where there is room; empty: neither
};
const std::vector<ColumnHead>& column_heads();

}  // namespace llmapikey
