#pragma once

#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/progress_line.hpp"

namespace llmapikey::cli {

// Shows on standard error how far a command has come, if that is a terminal; else it draws nothing.
// The line goes away at the end of this object, and if a signal ends the program. Anything else
// that is printed meanwhile must be printed by say(), or after end(). Thread-safe. Only one may
// exist at a time.
class Progress {
public:
    // What the command prints while it works. Beside a list nothing is drawn if a terminal shows
    // the list, and beside a log, whose lines come at any time, nothing at all.
    enum class Printing { nothing, list, log };

    explicit Progress(Printing printing = Printing::nothing);
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // Returns whether anything is drawn, for counting what is counted only for this.
    bool is_shown() const { return line_ != nullptr; }

    // Begins a step: "Revoking keys". `total`: how many there are; nullopt: nobody knows.
    void begin(const std::string& doing, std::optional<std::int64_t> total = std::nullopt);
    // Begins a step that does not report how far it is. `measured` returns that, is called by
    // another thread until the next step or the end, and should return soon.
    void begin_measured(const std::string& doing, std::optional<std::int64_t> total, const std::string& unit,
                        std::function<std::int64_t()> measured);
    // Sets how much of the step is done.
    void reach(std::int64_t done);
    // Adds to what is done of the step.
    void advance(std::int64_t more = 1);
    // Prints a line to standard error, above the progress.
    void say(std::string_view text);
    // Takes the line away; begin() begins anew.
    void end();

private:
    struct Handler {
        int signal;
        struct sigaction before = {};
    };
    void take_signals();
    void draw_until(const std::stop_token& stop);

    std::unique_ptr<ProgressLine> line_;  // null: nothing is drawn
    std::vector<Handler> handlers_;
    std::mutex mutex_;
    std::condition_variable_any ended_;
    std::int64_t done_ = 0;
    std::function<std::int64_t()> measured_;
    std::jthread drawer_;
};

}  // namespace llmapikey::cli
