#include <sys/stat.h>

#include <cerrno>
#include <map>

#include "config/config.hpp"
#include "config/plain_file.hpp"

namespace llmapikey::config {
namespace {

constexpr PlainFileRule secret_rule{16 * 1024, "is longer than any secret; it should hold nothing else",
                                    "name a file that holds the secret and nothing else"};

using Secrets = std::map<std::string, base::Secret, std::less<>>;

// Removes the line break that editors and `echo` write at the end.
std::string without_last_line_break(std::string text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

base::Result<base::Secret> read_secret(const std::string& path) {
    auto plain = read_plain_file(path, secret_rule);
    if (!plain) return base::fail(base::Errc::invalid_input, path + " " + plain.error().detail);
    if (!*plain) return base::fail(base::Errc::invalid_input, path + " cannot be read: No such file or directory");
    base::Secret secret(without_last_line_break(std::move(**plain)));
    if (secret.empty()) return base::fail(base::Errc::invalid_input, path + " is empty");
    return secret;
}

// An empty variable counts as not set.
bool is_set(std::string_view name, const Lookup& lookup) {
    return !lookup(name).value_or("").empty();
}

// A file that cannot be read or examined counts as present, so that reading it reports the reason.
bool is_there(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 || errno != ENOENT;
}

// The file of a variable's value, and the setting that names it.
struct Place {
    std::string setting, path;
};

std::optional<Place> place_of(std::string_view name, const Lookup& lookup) {
    const std::string setting = std::string(name) + "_FILE";
    if (is_set(setting, lookup)) return Place{setting, *lookup(setting)};
    if (is_set(name, lookup) || !is_set("CREDENTIALS_DIRECTORY", lookup)) return std::nullopt;
    const std::string path = *lookup("CREDENTIALS_DIRECTORY") + "/" + std::string(name);
    return is_there(path) ? std::optional(Place{std::string(name), path}) : std::nullopt;
}

}  // namespace

tl::expected<Lookup, std::vector<Problem>> with_secret_files(Lookup lookup) {
    Secrets secrets;
    std::vector<Problem> problems;
    for (const Variable& variable : variables()) {
        const auto place = variable.is_secret ? place_of(variable.name, lookup) : std::nullopt;
        if (!place) continue;
        if (is_set(variable.name, lookup)) {
            problems.push_back({place->setting, "is set, and so is " + std::string(variable.name) + ": keep one"});
            continue;
        }
        auto secret = read_secret(place->path);
        if (!secret) problems.push_back({place->setting, secret.error().detail});
        if (secret) secrets.emplace(variable.name, std::move(*secret));
    }
    if (!problems.empty()) return tl::unexpected(std::move(problems));
    return Lookup([lookup = std::move(lookup),
                   secrets = std::move(secrets)](std::string_view name) -> std::optional<std::string> {
        const auto found = secrets.find(name);
        return found == secrets.end() ? lookup(name) : found->second.reveal();
    });
}

}  // namespace llmapikey::config
