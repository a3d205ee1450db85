#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"
#include "people/key_views.hpp"

// The console's list of people as a value.
namespace llmapikey {

struct DateCell {
    std::string at, text;  // "2027-02-22T14:05:09Z", "22 Feb 2027"; both empty: there is none
};

struct PersonRow {
    std::string path;                   // of the person's page
    std::string initials, login, name;  // name: empty, if the organizer's list has none
    std::string note;                   // what else there is to know, in a line; empty: nothing
    std::vector<Badge> badges;          // at least one
    std::string grant_id;               // of a key that can be chosen; empty: there is none
    SpentBar spent;
    std::optional<ShownAge> used;  // nullopt: never, or not known
    std::string hint;              // "…1b58"; empty: there is no key
    DateCell expires, created;
};

// A link that sorts the list by a column.
struct SortLink {
    std::string label, path;
    std::string sorted;     // "ascending", "descending"; empty: the list is in another order
    std::string css_class;  // of the column; see ColumnHead
};

struct Chip {
    std::string label, path;
    std::string count;  // empty: too many to count
    bool is_chosen = false;
};

// The form that adds people, as it was sent.
struct AddPeopleForm {
    std::string text;
    std::vector<std::string> problems;  // empty: nothing is wrong
};

struct PeopleView {
    Frame frame;
    std::string seats, seats_max;  // seats taken, and MAX_TOTAL_KEYS; empty: no limit
    std::string notice_good, notice_bad;
    std::string problem;  // what is wrong with the request; empty: nothing

    // The search, as it was sent.
    std::string search, state, sort, direction, expires_within, from, to, not_used_since;
    bool is_unused = false;
    bool is_filtered = false;  // by anything but the search and the state

    std::vector<Chip> chips;
    SortLink person;
    std::vector<SortLink> columns;
    std::vector<PersonRow> people;
    std::string place;  // "1–25 of 120"
    std::string previous_path, next_path, export_path;

    bool has_choices = false;    // there is a key on the page
    bool is_all_chosen = false;  // everybody who matches, on all pages
    std::string matching;        // "98 keys"; empty: those of this page are all
    std::string choose_all_path, choose_single_path;
    std::vector<std::pair<std::string, std::string>> selection;  // fields that select everybody who matches

    std::vector<EndedKeyRow> ended;
    AddPeopleForm add;
    bool is_minting = false;  // the form that makes a key is open
};

// Returns a complete HTML document.
std::string render(const PeopleView& view);

}  // namespace llmapikey
