#include "ops/service_notice.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

namespace llmapikey::ops {

base::Result<void> ServiceNotice::send(std::string_view assignments) const {
    if (!is_wanted()) return {};
    const auto failed = [this](const std::string& why) {
        return base::fail(base::Errc::misconfigured, "telling systemd at " + socket_ + " failed: " + why);
    };
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.size() >= sizeof address.sun_path) return failed("its name is too long");
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    const bool is_abstract = socket_.front() == '@';
    if (is_abstract) address.sun_path[0] = '\0';
    // An abstract name ends with the address; a path ends with NUL.
    const std::size_t length = offsetof(sockaddr_un, sun_path) + socket_.size() + (is_abstract ? 0 : 1);
    const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return failed(std::strerror(errno));
    const timeval wait_max{1, 0};
    ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait_max, sizeof wait_max);
    const auto sent = ::sendto(descriptor, assignments.data(), assignments.size(), MSG_NOSIGNAL,
                               reinterpret_cast<const sockaddr*>(&address), static_cast<socklen_t>(length));
    const int error = errno;
    ::close(descriptor);
    if (sent < 0) return failed(std::strerror(error));
    return {};
}

}  // namespace llmapikey::ops
