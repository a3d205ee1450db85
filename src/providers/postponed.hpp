#pragma once

#include <algorithm>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace llmapikey {

// Remembers items that failed by themselves. Each is retried after a growing pause (5 s to 600 s)
// and does not delay the others. The memory is per process. For one thread.
class Postponed {
public:
    bool is_due(const std::string& id, base::Timestamp now) const {
        const auto found = entries_.find(id);
        // If the clock was set back, the item is due at once, so that nobody waits longer.
        return found == entries_.end() || now >= found->second.failed_at + found->second.pause ||
               now < found->second.failed_at;
    }
    void note_failure(const std::string& id, base::Timestamp now) {
        if (entries_.size() >= entries_max) entries_.clear();
        const auto [entry, is_new] = entries_.try_emplace(id, Entry{now, shortest});
        if (is_new) return;
        entry->second = {now, std::min(entry->second.pause * 2, longest)};
    }
    void note_success(const std::string& id) { entries_.erase(id); }

private:
    static constexpr base::Seconds shortest{5};
    static constexpr base::Seconds longest{600};
    static constexpr std::size_t entries_max = 100'000;
    struct Entry {
        base::Timestamp failed_at;
        base::Seconds pause;
    };
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace llmapikey
