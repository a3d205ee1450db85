#include "ops/repeated_lines.hpp"

#include <utility>

namespace llmapikey::ops {

std::vector<RepeatedLines::Line> RepeatedLines::add(LogLevel level, std::string_view saying, std::string_view text,
                                                    Time now) {
    std::string key(1, static_cast<char>('0' + static_cast<int>(level)));
    key += saying;
    std::vector<Line> due;
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) {
        if (known_.size() >= most_) due = take_first_while([&] { return known_.size() >= most_; }, Time::max());
        due.push_back({level, std::string(text), 0});
        known_.push_back({key, {level, std::string(text), 0}, now + window_});
        by_key_.emplace(std::move(key), std::prev(known_.end()));
        return due;
    }
    Known& known = *found->second;
    known.latest.text = text;
    if (now < known.ends_at) {
        ++known.latest.repeats;
        return due;
    }
    due.push_back(known.latest);
    known.latest.repeats = 0;
    known.ends_at = now + window_;
    known_.splice(known_.end(), known_, found->second);
    return due;
}

// Removes lines from the front. A line whose count is returned begins another minute, unless `now`
// is Time::max().
std::vector<RepeatedLines::Line> RepeatedLines::take_first_while(auto is_wanted, Time now) {
    std::vector<Line> due;
    while (!known_.empty() && is_wanted()) {
        const auto first = known_.begin();
        const bool is_told = first->latest.repeats > 0;
        if (is_told) due.push_back(first->latest);
        if (is_told && now != Time::max()) {
            first->latest.repeats = 0;
            first->ends_at = now + window_;
            known_.splice(known_.end(), known_, first);
            continue;
        }
        by_key_.erase(first->key);
        known_.erase(first);
    }
    return due;
}

std::vector<RepeatedLines::Line> RepeatedLines::take_due(Time now) {
    return take_first_while([&] { return known_.front().ends_at <= now; }, now);
}

std::vector<RepeatedLines::Line> RepeatedLines::take_all() {
    return take_first_while([] { return true; }, Time::max());
}

}  // namespace llmapikey::ops
