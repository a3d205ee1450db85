#include "config/plain_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>

#include "base/system/file_access.hpp"
#include "config/config.hpp"

namespace llmapikey::config {
namespace {

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return number_; }

private:
    int number_;
};

tl::unexpected<base::Error> refuse(const std::string& what) {
    return base::fail(base::Errc::invalid_input, what);
}

tl::unexpected<base::Error> cannot_be_read(const std::string& path, int problem) {
    return refuse(std::string("cannot be read: ") + std::strerror(problem) + base::describe_access(path) +
                  "; make it readable for this user");
}

bool is_link(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
}

// People link settings to /dev/null in order to have none.
bool is_null_device(const struct stat& status) {
    struct stat null {};
    return S_ISCHR(status.st_mode) && ::stat("/dev/null", &null) == 0 && null.st_rdev == status.st_rdev;
}

// Returns why the file cannot be read; empty if it can. This is checked before the file is opened,
// because opening some devices has effects.
std::string what_is_wrong_with(const struct stat& status) {
    if (S_ISDIR(status.st_mode))
        return "is a folder (a container's engine makes one where a file to be mounted is missing): remove it";
    if (S_ISSOCK(status.st_mode)) return "is a socket: remove it";
    const bool is_device = (S_ISCHR(status.st_mode) && !is_null_device(status)) || S_ISBLK(status.st_mode);
    return is_device ? "is a device, which has no end: name a file instead" : "";
}

// Waits until bytes or the end can be read. Returns false if `until` comes first.
bool wait_for(int descriptor, std::chrono::steady_clock::time_point until) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now()).count();
    pollfd waiting{descriptor, POLLIN, 0};
    if (left <= 0) return false;
    const int ready = ::poll(&waiting, 1, static_cast<int>(left));
    return ready < 0 && errno == EINTR ? wait_for(descriptor, until) : ready > 0;
}

base::Result<std::string> read_up_to(int descriptor, const std::string& path, const PlainFileRule& rule) {
    const auto until = std::chrono::steady_clock::now() + rule.patience;
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        if (!wait_for(descriptor, until))
            return refuse("is a pipe into which nobody wrote in time: " + std::string(rule.what_to_do));
        const ssize_t count = ::read(descriptor, part.data(), part.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (count < 0) return cannot_be_read(path, errno);
        if (count == 0) return text;
        text.append(part.data(), static_cast<std::size_t>(count));
        if (text.size() > rule.bytes_max) return refuse(rule.too_long);
    }
}

}  // namespace

base::Result<std::optional<std::string>> read_plain_file(const std::string& path, const PlainFileRule& rule) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT) return cannot_be_read(path, errno);
        if (!is_link(path)) return std::nullopt;
        std::error_code ec;
        return refuse("is a link to " + std::filesystem::read_symlink(path, ec).string() +
                      ", where nothing is: make that file, or remove the link");
    }
    if (const std::string wrong = what_is_wrong_with(status); !wrong.empty())
        return refuse(wrong + ", or " + rule.what_to_do);
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (file.number() < 0) return cannot_be_read(path, errno);
    auto text = TRY(read_up_to(file.number(), path, rule));
    auto plain = TRY(without_byte_order_mark(std::move(text)));
    return std::optional(std::move(plain));
}

}  // namespace llmapikey::config
