#include "roster/roster_lines.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

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

// Addresses of other services look like addresses of profiles.
bool is_of_another_service(std::string_view address) {
    const std::string lower = base::to_lower(address);
    for (const std::string_view name : {"gitlab.", "bitbucket.", "codeberg.", "linkedin."})
        if (lower.find(name) < lower.find('/', lower.find("://") + 3)) return true;
    return false;
}

std::string_view login_in(std::string_view text) {
    return text.find('/') == std::string_view::npos ? without_at(text)
           : is_of_another_service(text)            ? std::string_view()
                                                    : login_in_address(text);
}

// A key that somebody has pasted by mistake is not repeated.
std::string quoted(std::string_view text) {
    if (holds_raw_key(text) || !bare_key_in(text).empty()) return "This";
    std::string shown = base::to_valid_utf8(std::string(text.substr(0, shown_max)));
    if (!base::is_text(shown)) shown = base::to_printable(text, shown_max);
    return "'" + shown + (shown_max < text.size() ? "…" : "") + "'";
}

constexpr std::string_view separators = ",;\t";

// Returns what a cell says: without blanks around it, and without the quotes of a spreadsheet (RFC
// 4180).
std::string cell_of(std::string_view text) {
    text = base::trim(text);
    const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
    if (!is_quoted) return std::string(text);
    return std::string(base::trim(base::replaced(text.substr(1, text.size() - 2), "\"\"", "\"")));
}

// Whether a first line says what is in the columns. "login" alone can be somebody's login.
bool names_columns(std::string_view first, std::string_view second) {
    constexpr std::string_view logins[] = {"login", "github", "username", "user", "handle", "account"};
    constexpr std::string_view names[] = {"name", "full name", "fullname", "display name", "real name"};
    std::string login = base::replaced(base::to_lower(first), "_", " ");
    if (login.starts_with("github ")) login = login.substr(7);
    const std::string name = base::replaced(base::to_lower(second), "_", " ");
    return std::ranges::find(logins, login) != std::end(logins) && std::ranges::find(names, name) != std::end(names);
}

class Reader {
public:
    void read(int number, std::string_view line) {
        const auto end = line.find_first_of(separators);
        const std::string typed = cell_of(line.substr(0, end));
        const std::string called = end == std::string_view::npos ? "" : cell_of(line.substr(end + 1));
        if (std::exchange(is_first_, false) && names_columns(typed, called)) return;
        const std::string login(login_in(typed));
        if (!can_be_github_login(login)) {
            return complain(number, quoted(typed) + " is neither a GitHub login nor the address of a profile");
        }
        const auto name = check_text(called, name_rule);
        if (!name) return complain(number, "the " + name.error().detail);
        if (!logins_.insert(base::to_lower(login)).second) {
            ++read_.repeated;
            return;
        }
        read_.lines.push_back({number, login, *name});
    }
    RosterLines take() { return std::move(read_); }

private:
    void complain(int number, const std::string& what) { read_.problems.push_back(problem_of_line(number, what)); }

    bool is_first_ = true;
    RosterLines read_;
    std::set<std::string> logins_;
};

}  // namespace

RosterLines parse_roster_lines(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf", no_break_space = "\u00a0";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const std::string with_plain_blanks = base::replaced(text, no_break_space, " ");
    Reader reader;
    int number = 0;
    for (std::string_view line : base::split(with_plain_blanks, '\n')) {
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
