#pragma once

#include <string>
#include <string_view>
#include <vector>

// Tables for people, as wide as the terminal.
namespace llmapikey::cli {

// What an output can show. A pipe or a file has no width, and takes no color.
struct Terminal {
    int columns = 0;  // 0: as many as are needed
    bool has_color = false;
};
// Returns what standard output can show. NO_COLOR (https://no-color.org) and TERM=dumb are obeyed;
// COLUMNS wins over what the terminal says.
Terminal terminal_of_output();
// Returns how wide the terminal is that a descriptor writes to: COLUMNS, or what the terminal says;
// 0: it is none, or does not say.
int columns_of(int descriptor);

enum class Tone { plain, good, warning, bad };

struct Column {
    std::string_view head;
    bool is_right = false;  // numbers and amounts
    int dropped = 0;        // where there is no room, the column with the highest number goes first; 0: stays
    int width_min = 0;      // may be cut to so many characters; 0: never cut
};

struct Cell {
    std::string text;  // printable, in one line
    Tone tone = Tone::plain;
};

// Rows below their heads, two blanks between columns.
class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    // As many cells as there are columns.
    void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
    // Returns the lines, each with its end. Columns that have no room are left out; `left_out` gets
    // their heads, separated by commas.
    std::string text(const Terminal& terminal, std::string& left_out) const;

private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace llmapikey::cli
