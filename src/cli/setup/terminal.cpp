#include "cli/setup/terminal.hpp"

#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "base/encoding.hpp"
#include "cli/table.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::size_t answer_bytes_max = 4'096;

termios shown_terminal;
const char* volatile note_at_interruption = nullptr;

// Calls only what a signal handler may call.
void note_and_end(int signal) {
    const char* const note = note_at_interruption;
    if (note != nullptr && (signal == SIGINT || signal == SIGTERM)) {
        for (const char* const part : {"\n", note, "\n"})
            if (write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
    }
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

// Ctrl+C during a hidden answer: the terminal must show again what is typed.
void show_and_end(int signal) {
    tcsetattr(STDIN_FILENO, TCSANOW, &shown_terminal);
    note_and_end(signal);
}

// While this object lives, the terminal does not show what is typed. Does nothing without one.
// Meanwhile nobody stops this process from the terminal: a shell that goes on may set the terminal
// to show again what is typed.
class HiddenInput {
public:
    HiddenInput() : is_terminal_(tcgetattr(STDIN_FILENO, &shown_terminal) == 0) {
        if (!is_terminal_) return;
        for (Handler& each : handlers_)
            each.before = std::signal(each.signal, each.meanwhile);
        termios hidden = shown_terminal;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        hidden.c_cc[VSUSP] = hidden.c_cc[VQUIT] = _POSIX_VDISABLE;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    ~HiddenInput() {
        if (!is_terminal_) return;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown_terminal);
        for (const Handler& each : handlers_)
            std::signal(each.signal, each.before);
        tell("");
    }
    HiddenInput(const HiddenInput&) = delete;
    HiddenInput& operator=(const HiddenInput&) = delete;

private:
    struct Handler {
        int signal;
        sighandler_t meanwhile;
        sighandler_t before = SIG_DFL;
    };

    bool is_terminal_;
    std::array<Handler, 5> handlers_{{{SIGINT, show_and_end},
                                      {SIGTERM, show_and_end},
                                      {SIGHUP, show_and_end},
                                      {SIGQUIT, show_and_end},
                                      {SIGTSTP, SIG_IGN}}};
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

NoteAtInterruption::NoteAtInterruption(const char* note) {
    note_at_interruption = note;
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, note_and_end);
}

void NoteAtInterruption::forget() {
    if (note_at_interruption == nullptr) return;
    note_at_interruption = nullptr;
    for (const int signal : {SIGINT, SIGTERM})
        std::signal(signal, SIG_DFL);
}

std::string wrapped(std::string_view line, std::size_t columns) {
    const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
    const std::size_t next_indent = indent == 0 ? 0 : indent + 2;
    std::string text(line.substr(0, indent));
    std::size_t used = indent;
    bool is_first = true;
    for (const std::string_view word : base::split(line.substr(indent), ' ')) {
        const auto width = static_cast<std::size_t>(std::count_if(
            word.begin(), word.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
        if (!is_first && used + 1 + width > columns) {
            text += "\n" + std::string(next_indent, ' ');
            used = next_indent;
        } else if (!is_first) {
            text += ' ';
            ++used;
        }
        text += word;
        used += width;
        is_first = false;
    }
    return text;
}

void tell(std::string_view line) {
    const int columns = isatty(STDERR_FILENO) == 1 ? columns_of(STDERR_FILENO) : 0;
    const std::string text = columns > 0 ? wrapped(line, static_cast<std::size_t>(columns)) : std::string(line);
    std::fprintf(stderr, "%s\n", text.c_str());
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
