#include "cli/setup/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "base/encoding.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t answer_bytes_max = 4'096;

termios shown_terminal;

// Ctrl+C during a hidden answer: the terminal must show again what is typed.
void show_and_end(int signal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown_terminal);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

// While this object lives, the terminal does not show what is typed. Does nothing without one.
class HiddenInput {
public:
    HiddenInput() : is_terminal_(tcgetattr(STDIN_FILENO, &shown_terminal) == 0) {
        if (!is_terminal_) return;
        before_int_ = std::signal(SIGINT, show_and_end);
        before_term_ = std::signal(SIGTERM, show_and_end);
        termios hidden = shown_terminal;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~HiddenInput() {
        if (!is_terminal_) return;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_terminal);
        std::signal(SIGINT, before_int_);
        std::signal(SIGTERM, before_term_);
        tell("");
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

private:
    bool is_terminal_;
    sighandler_t before_int_ = SIG_DFL, before_term_ = SIG_DFL;
};

// Reads up to the end of the line; nullopt: there is none.
std::optional<std::string> read_line() {
    std::string line;
    for (int c = std::getchar(); c != '\n'; c = std::getchar()) {
        if (c == EOF && line.empty()) return std::nullopt;
        if (c == EOF) break;
        if (line.size() < answer_bytes_max) line.push_back(static_cast<char>(c));
    }
    if (line.ends_with('\r')) line.pop_back();
    return std::string(base::trim(line));
}

}  // namespace

void tell(std::string_view line) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
}

std::optional<std::string> ask(std::string_view question, Echo echo) {
    std::optional<HiddenInput> hidden;  // before the question, so that no answer is too early
    if (echo == Echo::hidden) hidden.emplace();
    std::fprintf(stderr, "%.*s: ", static_cast<int>(question.size()), question.data());
    std::fflush(stderr);
    auto answer = read_line();
    if (isatty(STDIN_FILENO) == 0) tell("");  // nobody has typed a line break
    return answer;
}

}  // namespace llmapikey::cli
