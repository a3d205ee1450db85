#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace llmapikey::cli {

// A step of long work, as far as it has come.
struct StepProgress {
    std::string doing;  // "Revoking keys"; printable, in ASCII
    std::int64_t done = 0;
    std::optional<std::int64_t> total;       // nullopt: not known, so there is no bar
    std::string unit = {};                   // behind the total: " MB"; empty: what `doing` names
    std::chrono::milliseconds taken{0};      // since the step began
    std::chrono::milliseconds unchanged{0};  // since `done` has changed
};

// Returns the time until the step is done, such as "12 s left" or "3 min left". Empty as long as
// nobody can tell: at the beginning, while nothing goes on, or without a total.
std::string time_left(const StepProgress& step);

// Returns a line of at most `width` characters: what is done, a bar, the count and the time left.
// What has no room is left out, the bar first.
std::string progress_text(const StepProgress& step, std::size_t width);

// A line on a terminal that is drawn again and again in its own place: at most ten times a second,
// and not at all for work that takes less than half a second. For one thread.
class ProgressLine {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    using Now = std::function<TimePoint()>;
    using Columns = std::function<int()>;  // of the terminal, which may change
    using Write = std::function<void(std::string_view)>;

    ProgressLine(Now now, Columns columns, Write write)
        : now_(std::move(now)), columns_(std::move(columns)), write_(std::move(write)) {}

    // Begins a step, the first one or the next one of the same work.
    void begin(std::string doing, std::optional<std::int64_t> total, std::string unit = {});
    // Sets how much of the step is done.
    void reach(std::int64_t done);
    // Draws the line, if it is time to and it differs.
    void tick();
    // Takes the line away, so that something else can be printed; the next tick() draws it again.
    void erase();
    // Takes the line away for good; begin() begins other work.
    void end();

private:
    const Now now_;
    const Columns columns_;
    const Write write_;
    bool is_working_ = false;
    StepProgress step_;
    TimePoint work_begun_, step_begun_, changed_;
    std::optional<TimePoint> drawn_at_;
    std::string shown_;  // what the terminal shows; empty: nothing
};

}  // namespace llmapikey::cli
