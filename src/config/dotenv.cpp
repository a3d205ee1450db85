#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "base/encoding.hpp"
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

// Nullopt: a quote that is not closed, or text behind the closing one.
std::optional<std::string> parse_value(std::string_view text) {
    text = base::trim(text);
    if (!text.empty() && (text.front() == '"' || text.front() == '\'')) {
        const auto end = text.find(text.front(), 1);
        if (end == std::string_view::npos) return std::nullopt;
        const std::string_view rest = base::trim(text.substr(end + 1));
        if (!rest.empty() && rest.front() != '#') return std::nullopt;
        return std::string(text.substr(1, end - 1));
    }
    const auto comment = text.find(" #");
    return std::string(base::trim(text.substr(0, comment)));
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

tl::expected<Lookup, std::vector<Problem>> environment(const std::string& dotenv_path) {
    errno = 0;
    std::ifstream file(dotenv_path, std::ios::binary);
    if (!file) {
        if (errno == ENOENT) return with_secret_files(from_process);
        return tl::unexpected(
            std::vector<Problem>{{dotenv_path, std::string("cannot be read: ") + std::strerror(errno)}});
    }
    std::ostringstream text;
    text << file.rdbuf();
    const auto assignments = parse_dotenv(text.str());
    if (!assignments) return tl::unexpected(std::vector<Problem>{{dotenv_path, assignments.error().detail}});
    std::map<std::string, std::string, std::less<>> values;
    for (const auto& [name, value] : *assignments)
        values[name] = value;
    return with_secret_files([values = std::move(values)](std::string_view name) -> std::optional<std::string> {
        if (auto value = from_process(name)) return value;
        const auto found = values.find(name);
        if (found == values.end()) return std::nullopt;
        return found->second;
    });
}

}  // namespace llmapikey::config
