#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sandbox/github_lookalike.hpp"
#include "sandbox/usage_pattern.hpp"

namespace llmapikey::cli {

// Somebody of the sandbox, and how the thirty days before its start were for them. `history.cpp`
// has what happened to them besides.
struct Person {
    std::int64_t id;
    const char* login;
    const char* group;  // on the look-alike's page
    const char* about;  // what one sees as this person
    int joined;         // so many days ago; 0: they have no key
    int lifetime_days;  // of the first key; 0: as configured
    sandbox::Habit habit;
    int percent;        // of the cap, on a usual day
    int percent_today;  // of the cap; as_usual: what the habit says
    bool is_invited;    // the organizer has made the key
};
inline constexpr int as_usual = -1;

inline constexpr int days_of_history = 30;

// Everybody, in the order of the look-alike's page.
std::span<const Person> people();
const Person& person_with(std::int64_t id);

// The organizer's list. One of them has no key yet.
struct Expected {
    std::int64_t id;
    const char* name;
};
std::span<const Expected> expected_people();

inline constexpr std::int64_t organizer_id = 1003;
inline constexpr const char* organizer_login = "linus-organizer";

// The personas of the look-alike's page: everybody with what happened to them; or, where nothing
// has happened, those whom tests know by name.
std::vector<sandbox::Persona> personas_with_history();
std::vector<sandbox::Persona> personas_without_history();

}  // namespace llmapikey::cli
