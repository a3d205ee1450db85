#include "cli/printing.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <string>

#include "base/json_values.hpp"

namespace llmapikey::cli {
namespace {

// Returns whether standard output is a pipe or socket whose other end is closed.
bool is_reader_gone() {
    pollfd output{STDOUT_FILENO, 0, 0};
    return poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

void print_line(std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stdout);
    std::fputc('\n', stdout);
}

void print_json(const boost::json::value& value) {
    print_line(base::to_text(value));
}

bool can_print() {
    return std::ferror(stdout) == 0;
}

int report(const base::Error& error) {
    std::fprintf(stderr, "llmapikey: %s\n", error.detail.c_str());
    const bool is_usage = error.code == base::Errc::invalid_input || error.code == base::Errc::misconfigured;
    return is_usage ? 2 : 1;
}

int status_of_output(int status) {
    errno = 0;
    const bool had_failed = !can_print();
    const bool is_flushed = std::fflush(stdout) == 0;
    const int reason = errno;
    if (is_flushed && !had_failed) return status;
    if (is_reader_gone()) return status;
    const std::string why = is_flushed || reason == 0 ? "is the disk full?" : std::strerror(reason);
    std::fprintf(stderr, "llmapikey: the output could not be written: %s\n", why.c_str());
    return status == 0 ? 1 : status;
}

void hold_standard_descriptors() {
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (fcntl(descriptor, F_GETFD) != -1 || errno != EBADF) continue;
        // open() returns the lowest free number, which is this one. Standard output is opened for
        // reading, so that writing to it fails.
        (void)open("/dev/null", descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
    }
}

}  // namespace llmapikey::cli
