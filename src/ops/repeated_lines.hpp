#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llmapikey::ops {

enum class LogLevel { debug, info, warn, error };

// Decides which lines of a log are written. A line that repeats another one within a minute is only
// counted. The count is written with the next such line, or with the latest one when the minute is
// over. So a reader sees that something goes on and how often, and a failing loop does not fill the
// disk. Not thread-safe.
class RepeatedLines {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Line {
        LogLevel level = LogLevel::info;
        std::string text;
        std::uint64_t repeats = 0;  // how many repetitions there were since the line was last written
    };

    // `most`: how many different lines are remembered. Beyond that the oldest are forgotten.
    explicit RepeatedLines(std::chrono::seconds window = std::chrono::minutes{1}, std::size_t most = 1'000)
        : window_(window), most_(most) {}

    // Adds a line, and returns the lines to write now. Lines of one level repeat if `saying` is the
    // same. `text` is the whole line; the text of the latest repetition is kept.
    std::vector<Line> add(LogLevel level, std::string_view saying, std::string_view text, Time now);
    // Returns the counts of lines whose minute is over.
    std::vector<Line> take_due(Time now);
    // Returns all counts, for the end of the program.
    std::vector<Line> take_all();

private:
    struct Known {
        std::string key;
        Line latest;
        Time ends_at;
    };
    std::vector<Line> take_first_while(auto is_wanted, Time now);

    const std::chrono::seconds window_;
    const std::size_t most_;
    std::list<Known> known_;  // sorted by `ends_at`
    std::unordered_map<std::string, std::list<Known>::iterator> by_key_;
};

}  // namespace llmapikey::ops
