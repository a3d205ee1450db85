#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "base/encoding.hpp"
#include "base/file_access.hpp"
#include "config/config.hpp"
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

// Where a comment begins: at a '#' with a blank or tab before it, as in shells, so that "a#b" is a value. npos:
// nowhere.
std::size_t comment_in(std::string_view text) {
    for (std::size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1))
        if (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) return at;
    return std::string_view::npos;
}

// `text`: all behind the equals sign. Nullopt: a quote that is not closed, or text behind the closing one.
std::optional<std::string> parse_value(std::string_view text) {
    const std::string_view value = base::trim(text);
    if (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
        const auto end = value.find(value.front(), 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view rest = base::trim(value.substr(end + 1));
        if (!rest.empty() && rest.front() != '#') return std::nullopt;
        return std::string(value.substr(1, end - 1));
    }
    // Before it is trimmed: what stands before a comment may be nothing but blanks.
    return std::string(base::trim(text.substr(0, comment_in(text))));
}

// The text of a file of settings, from which a mark of its encoding has been taken away. Not found: no text.
tl::expected<std::optional<std::string>, Problem> read_dotenv(const std::string& path) {
    std::error_code ec;
    if (std::filesystem::is_directory(path, ec)) {
        return tl::unexpected(
            Problem{path,
                    "is a folder: remove it, or put a file with lines NAME=value there (a container's engine makes a "
                    "folder where a file to be mounted is missing)"});
    }
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    if (!file || file.bad()) {
        if (errno == ENOENT) return std::optional<std::string>();
        return tl::unexpected(Problem{path, std::string("cannot be read: ") + std::strerror(errno) +
                                                base::describe_access(path) + "; make it readable for this user"});
    }
    auto plain = without_byte_order_mark(std::move(text).str());
    if (!plain) return tl::unexpected(Problem{path, plain.error().detail});
    return std::optional(std::move(*plain));
}

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
        const auto value = equals == std::string_view::npos ? std::nullopt : parse_value(line.substr(equals + 1));
        if (!value || !is_name(name)) {
            return base::fail(base::Errc::invalid_input,
                              "line " + std::to_string(line_number) + " is not of the form NAME=value");
        }
        assignments.emplace_back(std::string(name), *value);
    }
    return assignments;
}

base::Result<std::string> without_byte_order_mark(std::string text) {
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return base::fail(base::Errc::invalid_input, "is UTF-16: save it as UTF-8");
    return text;
}

tl::expected<Environment, std::vector<Problem>> read_environment(const std::string& dotenv_path) {
    const auto text = read_dotenv(dotenv_path);
    if (!text) return tl::unexpected(std::vector<Problem>{text.error()});
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
    for (Problem& problem : unread_in_environment(names_in_environment()))
        environment.unread.push_back(std::move(problem));
    environment.lookup = [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        if (auto value = from_process(name)) return value;
        const auto found = values.find(name);
        if (found == values.end()) return std::nullopt;
        return found->second;
    };
    return environment;
}

tl::expected<Lookup, std::vector<Problem>> environment(const std::string& dotenv_path) {
    auto plain = read_environment(dotenv_path);
    if (!plain) return tl::unexpected(plain.error());
    return with_secret_files(std::move(plain->lookup));
}

}  // namespace llmapikey::config
