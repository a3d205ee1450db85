#include "cli/progress.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "cli/table.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::chrono::milliseconds look_every{100};

// Whether a signal is about to end the program, and the line is gone.
std::atomic<bool> is_ending{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void write_to_terminal(std::string_view text) {
    if (!is_ending) (void)!write(STDERR_FILENO, text.data(), text.size());
}

// Takes the line away, and lets the signal do what it would have done.
void erase_and_end(int signal) {
    is_ending = true;
    constexpr char erase[] = "\r\x1b[K";
    (void)!write(STDERR_FILENO, erase, sizeof erase - 1);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

bool is_drawn(Progress::Printing printing) {
    if (printing == Progress::Printing::log || isatty(STDERR_FILENO) == 0) return false;
    const char* const name = std::getenv("TERM");
    if (name == nullptr || *name == '\0' || name == std::string("dumb")) return false;
    return printing == Progress::Printing::nothing || isatty(STDOUT_FILENO) == 0;
}

}  // namespace

Progress::Progress(Printing printing) {
    if (!is_drawn(printing)) return;
    line_ = std::make_unique<ProgressLine>(
        std::chrono::steady_clock::now, [] { return columns_of(STDERR_FILENO); }, write_to_terminal);
    take_signals();
    drawer_ = std::jthread([this](const std::stop_token& stop) { draw_until(stop); });
}

Progress::~Progress() {
    end();
    if (drawer_.joinable()) {
        drawer_.request_stop();
        drawer_.join();
    }
    for (const Handler& handler : handlers_)
        sigaction(handler.signal, &handler.before, nullptr);
}

// A signal that is ignored, as under nohup, or that somebody else handles stays as it is.
void Progress::take_signals() {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        Handler handler{signal};
        if (sigaction(signal, nullptr, &handler.before) != 0 || handler.before.sa_handler != SIG_DFL) continue;
        struct sigaction action = {};
        action.sa_handler = erase_and_end;
        sigaction(signal, &action, nullptr);
        handlers_.push_back(handler);
    }
}

void Progress::draw_until(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!ended_.wait_for(lock, stop, look_every, [] { return false; }) && !stop.stop_requested()) {
        if (measured_) line_->reach(measured_());
        line_->tick();
    }
}

void Progress::begin(const std::string& doing, std::optional<std::int64_t> total) {
    begin_measured(doing, total, "", {});
}

void Progress::begin_measured(const std::string& doing, std::optional<std::int64_t> total, const std::string& unit,
                              std::function<std::int64_t()> measured) {
    if (!line_) return;
    const std::lock_guard lock(mutex_);
    done_ = 0;
    measured_ = std::move(measured);
    line_->begin(doing, total, unit);
}

void Progress::reach(std::int64_t done) {
    if (!line_) return;
    const std::lock_guard lock(mutex_);
    done_ = done;
    line_->reach(done);
}

void Progress::advance(std::int64_t more) {
    if (!line_) return;
    const std::lock_guard lock(mutex_);
    done_ += more;
    line_->reach(done_);
}

void Progress::say(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (line_) line_->erase();
    std::fprintf(stderr, "%.*s\n", static_cast<int>(text.size()), text.data());
}

void Progress::end() {
    if (!line_) return;
    const std::lock_guard lock(mutex_);
    measured_ = {};
    line_->end();
}

}  // namespace llmapikey::cli
