#include "roster/roster_lines.hpp"

#include <map>

#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "grant/written_text.hpp"
#include "identity/login.hpp"

namespace llmapikey {
namespace {

constexpr TextRule name_rule{"name", 100, false};
constexpr std::size_t shown_max = 60;

// Returns the first part of an address's path: "octocat" of "https://github.com/octocat?tab=stars".
// Empty: the path has several parts or none.
std::string_view login_in_address(std::string_view address) {
    const auto scheme = address.find("://");
    if (scheme != std::string_view::npos) address.remove_prefix(scheme + 3);
    const auto slash = address.find('/');
    const std::string_view host = address.substr(0, slash);
    if (slash == std::string_view::npos || host.find('.') == std::string_view::npos) return {};
    std::string_view path = address.substr(slash + 1);
    path = path.substr(0, path.find_first_of("?#"));
    if (path.ends_with('/')) path.remove_suffix(1);
    return path.find('/') == std::string_view::npos ? path : std::string_view();
}

std::string_view login_in(std::string_view text) {
    return text.find('/') == std::string_view::npos ? without_at(text) : login_in_address(text);
}

// A key that somebody has pasted by mistake is not repeated.
std::string quoted(std::string_view text) {
    if (holds_raw_key(text) || !bare_key_in(text).empty()) return "This";
    std::string shown = base::to_valid_utf8(std::string(text.substr(0, shown_max)));
    if (!base::is_text(shown)) shown = base::to_printable(text, shown_max);
    return "'" + shown + (shown_max < text.size() ? "…" : "") + "'";
}

class Reader {
public:
    void read(int number, std::string_view line) {
        const auto comma = line.find(',');
        const std::string_view typed = base::trim(line.substr(0, comma));
        const std::string login(login_in(typed));
        if (!can_be_github_login(login)) {
            return complain(number, quoted(typed) + " is neither a GitHub login nor the address of a profile");
        }
        const auto [first, is_new] = first_lines_.emplace(base::to_lower(login), number);
        if (!is_new)
            return complain(number, quoted(login) + " is on line " + std::to_string(first->second) + " already");
        const auto name =
            check_text(comma == std::string_view::npos ? std::string_view() : line.substr(comma + 1), name_rule);
        if (!name) return complain(number, "the " + name.error().detail);
        read_.lines.push_back({number, login, *name});
    }
    RosterLines take() { return std::move(read_); }

private:
    void complain(int number, const std::string& what) { read_.problems.push_back(problem_of_line(number, what)); }

    RosterLines read_;
    std::map<std::string, int> first_lines_;
};

}  // namespace

RosterLines parse_roster_lines(std::string_view text) {
    Reader reader;
    int number = 0;
    for (std::string_view line : base::split(text, '\n')) {
        ++number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = base::trim(line);
        if (!line.empty()) reader.read(number, line);
    }
    return reader.take();
}

LineProblem problem_of_line(int number, const std::string& what) {
    return {number, "Line " + std::to_string(number) + ": " + what + "."};
}

}  // namespace llmapikey
