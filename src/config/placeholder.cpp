#include "config/placeholder.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"

namespace llmapikey::config {
namespace {

// Phrases of examples, reduced to letters and digits. Each is so long that random text does not
// contain it by chance.
constexpr std::array<std::string_view, 18> phrases{
    "changeme",   "changethis",        "changeit",       "replaceme",    "replacethis",      "placeholder",
    "yoursecret", "yoursessionsecret", "yourencryption", "yourclientid", "yourclientsecret", "yourmanagementkey",
    "yourapikey", "secrethere",        "keyhere",        "insertsecret", "opensslrand",      "randomstring"};
constexpr std::size_t unit_max = 4;
constexpr std::size_t repeated_min = 16;

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Matches $(openssl rand -base64 32), or the same in backquotes.
bool is_command(std::string_view value) {
    const bool is_substitution =
        value.size() > 3 && value.starts_with("$(") && value.ends_with(')') && is_letter_or_digit(value[2]);
    const bool is_backquoted = value.size() > 2 && value.starts_with('`') && value.ends_with('`');
    return is_substitution || (is_backquoted && value.find(' ') != std::string_view::npos);
}

// Matches <secret>, <your client id>.
bool is_in_angles(std::string_view value) {
    if (value.size() < 3 || value.front() != '<' || value.back() != '>') return false;
    value = value.substr(1, value.size() - 2);
    return std::all_of(value.begin(), value.end(),
                       [](char c) { return is_letter_or_digit(c) || c == ' ' || c == '-' || c == '_' || c == '.'; });
}

bool has_phrase(std::string_view value) {
    std::string letters;
    std::copy_if(value.begin(), value.end(), std::back_inserter(letters), is_letter_or_digit);
    letters = base::to_lower(letters);
    return std::any_of(phrases.begin(), phrases.end(),
                       [&](std::string_view phrase) { return letters.find(phrase) != std::string::npos; });
}

// Matches "xxxx…", "1234123412341234".
bool is_repeated(std::string_view value) {
    if (value.size() < repeated_min) return false;
    for (std::size_t unit = 1; unit <= unit_max; ++unit)
        if (value.substr(unit) == value.substr(0, value.size() - unit)) return true;
    return false;
}

}  // namespace

std::string placeholder_in(std::string_view value) {
    value = base::trim(value);
    if (is_command(value)) return "is a command, which nothing runs here; write its output";
    if (is_in_angles(value) || has_phrase(value)) return "is a placeholder, which everybody knows";
    if (is_repeated(value)) return "repeats a few characters, which anybody can guess";
    const bool is_cut_off = value.starts_with("sk-or-") && (value.ends_with("...") || value.ends_with("\xe2\x80\xa6"));
    return is_cut_off ? "is only the beginning of a key; write all of it" : "";
}

}  // namespace llmapikey::config
