#include "base/system/file_access.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

namespace llmapikey::base {
namespace {

std::string user_name(uid_t id) {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return "'" + std::string(found->pw_name) + "'";
    return "user " + std::to_string(id);
}

}  // namespace

std::string describe_access(const std::string& path) {
    const bool is_file_good = ::access(path.c_str(), F_OK) != 0 || ::access(path.c_str(), W_OK) == 0;
    const std::filesystem::path folder = std::filesystem::path(path).parent_path();
    const std::string obstacle = !is_file_good ? path : folder.empty() ? "." : folder.string();
    struct stat status {};
    if (::access(obstacle.c_str(), W_OK) == 0 || ::stat(obstacle.c_str(), &status) != 0) return {};
    const uid_t own = ::geteuid();
    if (status.st_uid == own) return " (" + obstacle + " is read-only)";
    return " (" + obstacle + " belongs to " + user_name(status.st_uid) + ", and this process runs as " +
           user_name(own) + ")";
}

}  // namespace llmapikey::base
