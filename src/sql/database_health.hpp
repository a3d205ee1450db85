#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llmapikey {

enum class Trouble { disk_full, disk_error, busy, unreachable, timeout, other };

// Returns whether a write that failed so leaves it doubtful that the next write succeeds.
constexpr bool is_of_disk(Trouble trouble) {
    return trouble == Trouble::disk_full || trouble == Trouble::disk_error;
}

// Counts the database's failures since the start, by kind, for monitoring. Thread-safe.
class DatabaseHealth {
public:
    static constexpr std::array<std::string_view, 6> names{"disk_full",   "disk_error", "busy",
                                                           "unreachable", "timeout",    "other"};

    void note(Trouble trouble) { counts_[static_cast<std::size_t>(trouble)].fetch_add(1, std::memory_order_relaxed); }
    std::uint64_t count(std::size_t trouble) const { return counts_.at(trouble).load(std::memory_order_relaxed); }

private:
    std::array<std::atomic<std::uint64_t>, names.size()> counts_{};
};

}  // namespace llmapikey
