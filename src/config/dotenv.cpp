#include <cstdlib>
#include <map>

#include "base/encoding.hpp"
#include "config/config.hpp"
#include "config/plain_file.hpp"
#include "config/systemd.hpp"

namespace llmapikey::config {
namespace {

bool is_name(std::string_view text) {
    if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
    for (const char c : text) {
        const bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
        if (!is_letter && !(c >= '0' && c <= '9')) return false;
    }
    return true;
}

// Returns where a comment begins: at a '#' after a blank or tab, as in shells, so that "a#b" is a
// value. npos: there is none.
std::size_t comment_in(std::string_view text) {
    for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1))
        if (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) return at;
    return std::string_view::npos;
}

// Parses all text behind the equals sign. An error message continues after the variable's name.
base::Result<std::string> parse_value(std::string_view text) {
    const std::string_view value = base::trim(text);
    if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
        const auto end = value.find(value.front(), 1);
        if (end == std::string_view::npos)
            return base::fail(base::Errc::invalid_input, "begins with a quote (" + std::string(1, value.front()) +
                                                             ") that is not closed: close it on the same line, or "
                                                             "leave it out");
        const std::string_view rest = base::trim(value.substr(end + 1));
        if (!rest.empty() && rest.front() != '#')
            return base::fail(base::Errc::invalid_input,
                              "has text behind its closing quote: remove that, or put the other kind of quotes around "
                              "all of it");
        return std::string(value.substr(1, end - 1));
    }
    // The comment is cut off before trimming, because only blanks may stand before it.
    return std::string(base::trim(text.substr(0, comment_in(text))));
}

constexpr PlainFileRule settings_rule{1024 * 1024,
                                      "is longer than 1 MiB: it should hold lines NAME=value and nothing else",
                                      "put a file with lines NAME=value there"};

}  // namespace

std::optional<std::string> from_process(std::string_view name) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
}

base::Result<std::vector<std::pair<std::string, std::string>>> parse_dotenv(std::string_view text) {
    std::vector<std::pair<std::string, std::string>> assignments;
    int line_number = 0;
    for (std::string_view line : base::split(text, '\n')) {
        ++line_number;
        if (line.ends_with('\r')) line.remove_suffix(1);
        line = base::trim(line);
        if (line.starts_with("export ")) line = base::trim(line.substr(7));
        if (line.empty() || line.front() == '#') continue;
        const auto equals = line.find('=');
        const std::string_view name = base::trim(line.substr(0, equals));
        const std::string place = "line " + std::to_string(line_number);
        if (equals == std::string_view::npos || !is_name(name))
            return base::fail(base::Errc::invalid_input, place + " is not of the form NAME=value");
        const auto value = parse_value(line.substr(equals + 1));
        if (!value)
            return base::fail(base::Errc::invalid_input,
                              place + ": the value of " + std::string(name) + " " + value.error().detail);
        assignments.emplace_back(std::string(name), *value);
    }
    return assignments;
}

namespace {

// Returns whether the text has a UTF-16 mark, or has NUL in every other byte, as Latin letters do
// in UTF-16.
bool is_utf16(std::string_view text) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return true;
    std::size_t count = 0;
    for (std::size_t i = 1; i < text.size(); i += 2)
        if ((text[i] == '\0') != (text[i - 1] == '\0')) ++count;
    return text.size() > 3 && count * 4 > text.size();
}

}  // namespace

base::Result<std::string> without_byte_order_mark(std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    if (is_utf16(text)) return base::fail(base::Errc::invalid_input, "is UTF-16: save it as UTF-8");
    if (text.find('\0') != std::string::npos)
        return base::fail(base::Errc::invalid_input, "is no text (it holds NUL bytes): write it as text, in UTF-8");
    return text;
}

tl::expected<Environment, std::vector<Problem>> read_environment(const std::string& dotenv_path) {
    const auto text = read_plain_file(dotenv_path, settings_rule);
    if (!text) return tl::unexpected(std::vector<Problem>{{dotenv_path, text.error().detail}});
    std::map<std::string, std::string, std::less<>> values;
    if (*text) {
        const auto assignments = parse_dotenv(**text);
        if (!assignments) return tl::unexpected(std::vector<Problem>{{dotenv_path, assignments.error().detail}});
        for (const auto& [name, value] : *assignments)
            values[name] = value;
    }
    std::vector<std::string> names;
    for (const auto& [name, value] : values)
        names.push_back(name);
    Environment environment;
    environment.unread = unread_in_file(names);
    for (Problem& problem : environment.unread)
        problem.message = "in " + dotenv_path + " " + problem.message;
    const std::vector<std::string> set = names_in_environment();
    for (Problem& problem : unread_in_environment(set))
        environment.unread.push_back(std::move(problem));
    environment.names = std::move(names);
    environment.names.insert(environment.names.end(), set.begin(), set.end());
    environment.lookup = [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        if (auto value = from_process(name)) return value;
        const auto found = values.find(name);
        if (found == values.end()) return std::nullopt;
        return found->second;
    };
    return environment;
}

tl::expected<Lookup, std::vector<Problem>> environment(const std::string& dotenv_path) {
    auto plain = TRY(read_environment(dotenv_path));
    return with_secret_files(std::move(plain.lookup));
}

}  // namespace llmapikey::config
