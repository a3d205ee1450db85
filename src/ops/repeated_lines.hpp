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

// Which of the lines that a log is given are written. What says the same as a line within the
// minute before is counted; the count stands on the next one, or on a line at the minute's end. One
// who looks at the log sees that it goes on and how often, and nothing that fails in a loop fills a
// disk. Not thread-safe.
class RepeatedLines {
public:
    using Time = std::chrono::steady_clock::time_point;
    struct Line {
        LogLevel level = LogLevel::info;
        std::string text;
        std::uint64_t repeats = 0;  // how many more there have been since it was written last
    };

    // `most`: different lines to know at once. Of more, those that have been known longest are
    // forgotten.
    explicit RepeatedLines(std::chrono::seconds window = std::chrono::minutes{1}, std::size_t most = 1'000)
        : window_(window), most_(most) {}

    // What is to be written now that there is another line. `saying`: what makes it the same as
    // another one of its level. `text`: the line itself; of those that are counted the latest is
    // kept.
    std::vector<Line> add(LogLevel level, std::string_view saying, std::string_view text, Time now);
    // The counts of those whose minute is over.
    std::vector<Line> take_due(Time now);
    // All counts: at the end of the program.
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
    std::list<Known> known_;  // the first to end in front
    std::unordered_map<std::string, std::list<Known>::iterator> by_key_;
};

}  // namespace llmapikey::ops
