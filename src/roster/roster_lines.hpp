#pragma once

#include <string>
#include <string_view>
#include <vector>

// Reads the list of people that an organizer types or pastes.
namespace llmapikey {

struct RosterLine {
    int number = 0;  // in the text, from 1 on
    std::string login;
    std::string name;  // empty: none was given
};

// What is wrong with one line, as a sentence that names the line.
struct LineProblem {
    int number = 0;
    std::string text;
};

struct RosterLines {
    std::vector<RosterLine> lines;
    std::vector<LineProblem> problems;
    int repeated = 0;  // lines whose login is on an earlier line; they are passed over
};

// One person a line: a GitHub login, "@login" or the address of a profile, and a name after a
// comma, semicolon or tab if there is one. What spreadsheets add is passed over: a byte order mark,
// quotes around a cell, a first line that names the columns. Empty lines are passed over, too,
// and so is a line whose login is on an earlier line. A line that is none of this is a problem.
RosterLines parse_roster_lines(std::string_view text);

// Returns a problem as a page shows it: "Line 3: ...".
LineProblem problem_of_line(int number, const std::string& what);

}  // namespace llmapikey
