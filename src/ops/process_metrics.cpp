#include "ops/process_metrics.hpp"

#include <dirent.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <sstream>

namespace llmapikey::ops {
namespace {

struct Stat {
    double processor_ticks = 0, start_ticks = 0;  // `start_ticks` counts from the start of the system
    double virtual_bytes = 0, resident_pages = 0;
};

// The name in parentheses may contain anything, so fields are counted after its end (proc(5)).
std::optional<Stat> read_stat() {
    std::ifstream file("/proc/self/stat");
    std::string text;
    std::getline(file, text);
    const auto end = text.rfind(')');
    if (end == std::string::npos) return std::nullopt;
    std::istringstream rest(text.substr(end + 1));
    std::vector<std::string> fields;
    for (std::string field; rest >> field;)
        fields.push_back(field);
    // indexes, counted from the state field
    constexpr std::size_t utime = 11, stime = 12, starttime = 19, vsize = 20, rss = 21;
    if (fields.size() <= rss) return std::nullopt;
    const auto number = [&](std::size_t index) { return std::strtod(fields[index].c_str(), nullptr); };
    return Stat{number(utime) + number(stime), number(starttime), number(vsize), number(rss)};
}

double seconds_of(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// A confined unit does not see /proc/stat (ProcSubset=pid), so the clocks are used. They are read
// once: a later correction of the clock must not look like another start.
double start_time(double seconds_after_boot) {
    static const double started = seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_BOOTTIME) + seconds_after_boot;
    return started;
}

std::optional<double> open_descriptors() {
    DIR* const folder = ::opendir("/proc/self/fd");
    if (folder == nullptr) return std::nullopt;
    int count = -1;  // leaves out the descriptor of this folder
    while (const dirent* entry = ::readdir(folder))
        count += entry->d_name[0] != '.' ? 1 : 0;
    ::closedir(folder);
    return count;
}

}  // namespace

std::vector<Metric> process_metrics() {
    std::vector<Metric> figures;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    if (const auto stat = read_stat()) {
        figures.push_back(counter("process_cpu_seconds_total", "Processor time used, in user space and the kernel",
                                  stat->processor_ticks / ticks));
        figures.push_back(gauge("process_resident_memory_bytes", "Memory in use",
                                stat->resident_pages * static_cast<double>(::sysconf(_SC_PAGESIZE))));
        figures.push_back(gauge("process_virtual_memory_bytes", "Address space in use", stat->virtual_bytes));
        figures.push_back(gauge("process_start_time_seconds", "When this process started, in Unix seconds",
                                start_time(stat->start_ticks / ticks)));
    }
    if (const auto open = open_descriptors())
        figures.push_back(gauge("process_open_fds", "File descriptors in use", *open));
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        figures.push_back(
            gauge("process_max_fds", "File descriptors that may be in use", static_cast<double>(limit.rlim_cur)));
    return figures;
}

}  // namespace llmapikey::ops
