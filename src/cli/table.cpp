#include "cli/table.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/encoding.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t gap = 2;
constexpr std::string_view colors[] = {"", "\x1b[32m", "\x1b[33m", "\x1b[31m"};  // in the order of Tone
constexpr std::string_view color_end = "\x1b[0m";

bool is_first_byte(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
}

// In characters of UTF-8. A terminal shows some as two columns wide; such a line is longer.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(text, is_first_byte));
}

std::string cut_to(const std::string& text, std::size_t width) {
    if (width_of(text) <= width) return text;
    std::string cut;
    std::size_t taken = 0;
    for (const char byte : text) {
        if (is_first_byte(byte) && ++taken >= width) break;
        cut += byte;
    }
    return cut + "…";
}

// Which columns are shown, and how wide.
struct Layout {
    struct Place {
        std::size_t column, width;
    };
    std::vector<Place> places;

    std::size_t width() const {
        std::size_t sum = 0;
        for (const Place& place : places)
            sum += place.width + gap;
        return sum == 0 ? 0 : sum - gap;
    }
};

// Cuts the columns that may be cut, until the row fits or they are at their smallest.
void cut(const std::vector<Column>& columns, std::size_t room, Layout& layout) {
    for (Layout::Place& place : layout.places) {
        const auto least = static_cast<std::size_t>(columns[place.column].width_min);
        const std::size_t width = layout.width();
        if (least == 0 || width <= room || place.width <= least) continue;
        place.width = std::max(least, place.width - std::min(place.width, width - room));
    }
}

// Returns the column that goes first; the end if all stay.
auto first_to_go(const std::vector<Column>& columns, Layout& layout) {
    const auto rank = [&](const Layout::Place& place) { return columns[place.column].dropped; };
    const auto found = std::ranges::max_element(layout.places, {}, rank);
    return found == layout.places.end() || rank(*found) == 0 ? layout.places.end() : found;
}

std::string line_of(const std::vector<Column>& columns, const Layout& layout, const std::vector<Cell>& row,
                    bool has_color) {
    std::string line;
    for (const auto& [column, width] : layout.places) {
        const std::string text = cut_to(row[column].text, width);
        const std::string blanks(width - std::min(width, width_of(text)), ' ');
        const std::string_view color = has_color ? colors[static_cast<std::size_t>(row[column].tone)] : "";
        const std::string shown = color.empty() ? text : std::string(color) + text + std::string(color_end);
        if (!line.empty()) line += std::string(gap, ' ');
        line += columns[column].is_right ? blanks + shown : shown + blanks;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

}  // namespace

int columns_of(int descriptor) {
    const char* const columns = std::getenv("COLUMNS");
    const auto asked = base::parse_whole_number(columns == nullptr ? "" : columns);
    if (asked && *asked < 10'000) return static_cast<int>(*asked);
    winsize size{};
    return isatty(descriptor) != 0 && ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Terminal terminal_of_output() {
    Terminal terminal;
    const bool is_terminal = isatty(STDOUT_FILENO) != 0;
    terminal.columns = columns_of(STDOUT_FILENO);
    const char* const no_color = std::getenv("NO_COLOR");
    const char* const name = std::getenv("TERM");
    const bool is_refused =
        (no_color != nullptr && *no_color != '\0') || (name != nullptr && name == std::string("dumb"));
    terminal.has_color = is_terminal && !is_refused;
    return terminal;
}

std::string Table::text(const Terminal& terminal, std::string& left_out) const {
    std::vector<Cell> heads;
    Layout layout;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        heads.push_back({std::string(columns_[column].head)});
        std::size_t width = width_of(columns_[column].head);
        for (const auto& row : rows_)
            width = std::max(width, width_of(row[column].text));
        layout.places.push_back({column, width});
    }
    const auto room = static_cast<std::size_t>(terminal.columns > 0 ? terminal.columns : 100'000);
    for (cut(columns_, room, layout); layout.width() > room; cut(columns_, room, layout)) {
        const auto gone = first_to_go(columns_, layout);
        if (gone == layout.places.end()) break;
        left_out += (left_out.empty() ? "" : ", ") + std::string(columns_[gone->column].head);
        layout.places.erase(gone);
    }
    std::string text = line_of(columns_, layout, heads, false);
    for (const auto& row : rows_)
        text += line_of(columns_, layout, row, terminal.has_color);
    return text;
}

}  // namespace llmapikey::cli
