#include "config/systemd.hpp"

#include "base/encoding.hpp"

namespace llmapikey::config {
namespace {

constexpr int first_descriptor = 3;  // SD_LISTEN_FDS_START
constexpr std::int64_t sockets_max = 1'000;
constexpr std::int64_t watchdog_max = 86'400'000'000;

tl::unexpected<base::Error> malformed(const std::string& name, const std::string& text) {
    return base::fail(base::Errc::invalid_input, name + " is not what systemd sets: '" + base::to_printable(text, 40) +
                                                     "'; unset it where systemd does not start the service");
}

base::Result<std::int64_t> number(const Lookup& environment, const std::string& name, std::int64_t most) {
    const std::string text = environment(name).value_or("");
    if (text.empty()) return 0;
    const auto value = base::parse_whole_number(text);
    if (!value || *value < 0 || *value > most) return malformed(name, text);
    return *value;
}

// Returns whether the variable named by `name` is meant for this process. An absent id means every
// process.
base::Result<bool> is_meant(const Lookup& environment, const std::string& name, pid_t own) {
    const auto id = TRY(number(environment, name, std::int64_t{1} << 31));
    return id == 0 || id == own;
}

base::Result<int> choose_socket(std::int64_t count, const std::string& names) {
    if (count == 1) return first_descriptor;
    int chosen = -1, descriptor = first_descriptor;
    for (const std::string_view name : base::split(names, ':')) {
        if (name == "http" && chosen >= 0) return base::fail(base::Errc::invalid_input, "two sockets are named http");
        if (name == "http") chosen = descriptor;
        ++descriptor;
    }
    if (chosen >= 0 && chosen < first_descriptor + count) return chosen;
    return base::fail(base::Errc::invalid_input,
                      "systemd hands over " + std::to_string(count) +
                          " sockets: name the one to listen on with FileDescriptorName=http in its unit");
}

base::Result<std::optional<int>> read_socket(const Lookup& environment, pid_t own) {
    const auto count = TRY(number(environment, "LISTEN_FDS", sockets_max));
    // LISTEN_PID is always set, unlike WATCHDOG_PID, so an absent one means that nothing was
    // passed.
    const auto is_ours = TRY(is_meant(environment, "LISTEN_PID", own));
    if (count == 0 || !is_ours || environment("LISTEN_PID").value_or("").empty()) return std::nullopt;
    return choose_socket(count, environment("LISTEN_FDNAMES").value_or(""));
}

}  // namespace

base::Result<Systemd> read_systemd(const Lookup& environment, pid_t own) {
    Systemd systemd;
    systemd.notify_socket = environment("NOTIFY_SOCKET").value_or("");
    const auto watchdog = TRY(number(environment, "WATCHDOG_USEC", watchdog_max));
    const auto is_watched = TRY(is_meant(environment, "WATCHDOG_PID", own));
    if (is_watched) systemd.watchdog = std::chrono::microseconds{watchdog};
    systemd.listening_socket = TRY(read_socket(environment, own));
    return systemd;
}

}  // namespace llmapikey::config
