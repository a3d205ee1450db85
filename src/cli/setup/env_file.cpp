#include "cli/setup/env_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "base/encoding.hpp"
#include "base/system/file_access.hpp"
#include "config/config.hpp"
#include "config/plain_file.hpp"

namespace llmapikey::cli {
namespace {

// Returns the name that a line assigns; empty: it is a comment, blank or nothing of ours.
std::string_view name_in(std::string_view line) {
    line = base::trim(line);
    if (line.starts_with("export ")) line = base::trim(line.substr(7));
    const auto equals = line.find('=');
    if (equals == std::string_view::npos || line.starts_with('#')) return {};
    return base::trim(line.substr(0, equals));
}

// Quotes only what would be read as something else without them.
std::string quoted(const std::string& value) {
    const bool is_plain = base::trim(value).size() == value.size() && !value.starts_with('#') &&
                          !value.starts_with('"') && !value.starts_with('\'') &&
                          value.find(" #") == std::string::npos && value.find("\t#") == std::string::npos;
    if (is_plain) return value;
    const char* const quote = value.find('\'') == std::string::npos ? "'" : "\"";
    return quote + value + quote;
}

constexpr config::PlainFileRule file_rule{1024 * 1024, "is longer than 1 MiB",
                                          "put a file with lines NAME=value there"};

base::Error failure_at(const std::string& path) {
    const int reason = errno;  // before anything else sets it
    const auto slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    return {base::Errc::internal,
            path + " cannot be written: " + std::strerror(reason) + base::describe_access(folder),
            {}};
}

// A new file beside the other, which takes its place once it is whole.
class NewFile {
public:
    explicit NewFile(const std::string& path) : name_(path + ".XXXXXX"), descriptor_(mkstemp(name_.data())) {}
    ~NewFile() {
        if (descriptor_ < 0) return;
        close(descriptor_);
        unlink(name_.c_str());
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    bool is_open() const { return descriptor_ >= 0; }
    bool write_all(std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = write(descriptor_, text.data(), text.size());
            if (written < 0 && errno == EINTR) continue;
            if (written <= 0) return false;
            text.remove_prefix(static_cast<std::size_t>(written));
        }
        return fchmod(descriptor_, S_IRUSR | S_IWUSR) == 0 && fsync(descriptor_) == 0;
    }
    // link() fails if there is a file of that name; rename() takes its place.
    bool take_place(const std::string& path, bool is_one_there) const {
        if (is_one_there) return std::rename(name_.c_str(), path.c_str()) == 0;
        return link(name_.c_str(), path.c_str()) == 0;
    }

private:
    std::string name_;
    int descriptor_;
};

}  // namespace

std::string with_assignments(std::string_view text, const Assignments& values) {
    std::vector<std::string> lines;
    for (const std::string_view line : base::split(text, '\n'))
        lines.emplace_back(line);
    while (!lines.empty() && base::trim(lines.back()).empty())
        lines.pop_back();
    for (const auto& [name, value] : values) {
        const std::string assignment = name + "=" + quoted(value);
        bool is_placed = false;
        for (std::size_t at = lines.size(); at-- > 0;) {
            if (name_in(lines[at]) != name) continue;
            if (is_placed)
                lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(at));
            else
                lines[at] = assignment;
            is_placed = true;
        }
        if (!is_placed) lines.push_back(assignment);
    }
    std::string whole;
    for (const std::string& line : lines)
        whole += line + "\n";
    return whole;
}

base::Result<void> check_reading(std::string_view text, const Assignments& values) {
    const auto read = config::parse_dotenv(text);
    for (const auto& [name, value] : values) {
        const Assignments alone{{name, value}};
        const auto again = config::parse_dotenv(with_assignments("", alone));
        if (again && *again == alone) continue;
        return base::fail(base::Errc::invalid_input,
                          name +
                              " cannot stand in a file .env, whose values are one line and have no two kinds of "
                              "quotes: change it, or take it out of the environment and give it to `llmapikey serve`");
    }
    if (!read) return base::fail(base::Errc::invalid_input, read.error().detail);
    for (const auto& [name, value] : values) {
        const auto last =
            std::find_if(read->rbegin(), read->rend(), [&](const auto& each) { return each.first == name; });
        if (last == read->rend() || last->second != value)
            return base::fail(base::Errc::invalid_input, name + " would be read as another value: change it");
    }
    return {};
}

base::Result<std::optional<std::string>> read_env_file(const std::string& path) {
    return config::read_plain_file(path, file_rule);
}

base::Result<void> try_writing(const std::string& path) {
    const NewFile file(path);
    if (!file.is_open()) return tl::unexpected(failure_at(path));
    return {};
}

base::Result<void> write_private_file(const std::string& path, std::string_view text,
                                      const std::optional<std::string>& former) {
    NewFile file(path);
    if (!file.is_open() || !file.write_all(text)) return tl::unexpected(failure_at(path));
    if (former) {
        const auto now = read_env_file(path);
        if (!now || *now != former)
            return base::fail(base::Errc::conflict,
                              path + " has changed meanwhile, and stays as it is: run this again");
    }
    if (file.take_place(path, former.has_value())) return {};
    if (errno == EEXIST) return base::fail(base::Errc::conflict, path + " is there meanwhile, and stays as it is");
    return tl::unexpected(failure_at(path));
}

}  // namespace llmapikey::cli
