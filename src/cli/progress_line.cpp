#include "cli/progress_line.hpp"

#include <algorithm>

#include "base/money.hpp"

namespace llmapikey::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_drawn_after{500};
constexpr milliseconds drawn_every{100};
constexpr milliseconds told_after{2'000};
constexpr milliseconds stalled_after{3'000};
constexpr std::int64_t done_min = 3;
constexpr std::size_t bar_min = 10;
constexpr int ends_free = 3;  // columns for the ^C that a terminal shows, which must not begin a new line
constexpr int columns_usual = 80;
constexpr std::string_view gap = "  ";
constexpr std::string_view line_begin = "\r", erase_to_end = "\x1b[K";

std::string count_text(const StepProgress& step) {
    if (step.total) return base::grouped(step.done) + " of " + base::grouped(*step.total) + step.unit;
    if (step.done > 0) return base::grouped(step.done) + step.unit;
    return std::to_string(step.taken.count() / 1'000) + " s";
}

std::string bar(std::int64_t done, std::int64_t total, std::size_t width) {
    const std::size_t inner = width - 2;
    const double part =
        total > 0 ? static_cast<double>(std::clamp<std::int64_t>(done, 0, total)) / static_cast<double>(total) : 1.0;
    const auto filled = static_cast<std::size_t>(part * static_cast<double>(inner));
    return "[" + std::string(filled, '#') + std::string(inner - filled, '-') + "]";
}

}  // namespace

std::string time_left(const StepProgress& step) {
    if (!step.total || step.done < done_min || step.done >= *step.total || step.taken < told_after) return {};
    const auto each = step.taken / step.done;
    if (step.unchanged > stalled_after + each * 3) return {};
    const double factor = static_cast<double>(*step.total - step.done) / static_cast<double>(step.done);
    const double seconds = static_cast<double>(step.taken.count()) / 1'000 * factor;
    if (seconds > 1e8) return {};
    const auto whole = static_cast<std::int64_t>(seconds) + 1;
    if (whole < 60) return std::to_string(whole) + " s left";
    const std::int64_t minutes = (whole + 59) / 60;
    if (minutes < 60) return std::to_string(minutes) + " min left";
    return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min left";
}

std::string progress_text(const StepProgress& step, std::size_t width) {
    const std::string count = count_text(step), left = time_left(step);
    std::string begin = step.doing + std::string(gap);
    std::string end = count + (left.empty() ? "" : std::string(gap) + left);
    if (begin.size() + end.size() > width) end = count;
    const std::size_t taken = begin.size() + end.size() + gap.size();
    if (step.total && taken + bar_min <= width) begin += bar(step.done, *step.total, width - taken) + std::string(gap);
    if (begin.size() + end.size() <= width) return begin + end;
    return (count.size() <= width ? count : step.doing).substr(0, width);
}

void ProgressLine::begin(std::string doing, std::optional<std::int64_t> total, std::string unit) {
    step_begun_ = changed_ = now_();
    if (!is_working_) work_begun_ = step_begun_;
    is_working_ = true;
    step_ = {std::move(doing), 0, total, std::move(unit)};
    tick();
}

void ProgressLine::reach(std::int64_t done) {
    if (done != step_.done) changed_ = now_();
    step_.done = done;
    tick();
}

void ProgressLine::tick() {
    if (!is_working_) return;
    const TimePoint now = now_();
    if (now - work_begun_ < first_drawn_after) return;
    if (drawn_at_ && now - *drawn_at_ < drawn_every) return;
    step_.taken = std::chrono::duration_cast<milliseconds>(now - step_begun_);
    step_.unchanged = std::chrono::duration_cast<milliseconds>(now - changed_);
    const int columns = columns_();
    const int width = std::max((columns > 0 ? columns : columns_usual) - ends_free, 1);
    std::string text = progress_text(step_, static_cast<std::size_t>(width));
    if (text == shown_) return;
    drawn_at_ = now;
    write_(std::string(line_begin) + text + std::string(erase_to_end));
    shown_ = std::move(text);
}

void ProgressLine::erase() {
    if (!shown_.empty()) write_(std::string(line_begin) + std::string(erase_to_end));
    shown_.clear();
}

void ProgressLine::end() {
    erase();
    is_working_ = false;
}

}  // namespace llmapikey::cli
