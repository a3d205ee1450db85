#pragma once

#include <optional>
#include <string>
#include <string_view>

// Questions to whoever runs a command. They go to standard error, so that standard output has the
// result alone; answers are lines of standard input, from a person or from a pipe.
namespace llmapikey::cli {

// Prints a line; on a terminal, wrapped to its width.
void tell(std::string_view line);
// Returns the text as lines of at most `columns` characters. If the first one is indented, the
// others are indented by two more. A word that is longer than a line, such as an address, has a
// line of its own.
std::string wrapped(std::string_view line, std::size_t columns);

// While this object lives, Ctrl+C and SIGTERM print a note before they end the program.
class NoteAtInterruption {
public:
    // `note`: a line that outlives the object. There is one object at a time.
    explicit NoteAtInterruption(const char* note);
    ~NoteAtInterruption() { forget(); }
    NoteAtInterruption(const NoteAtInterruption&) = delete;
    NoteAtInterruption& operator=(const NoteAtInterruption&) = delete;
    // From here on the note would not be true.
    static void forget();
};

enum class Echo { shown, hidden };

// Returns the answer without blanks around it; nullopt: the input has ended. On a terminal a hidden
// answer is not shown while it is typed.
std::optional<std::string> ask(std::string_view question, Echo echo);

}  // namespace llmapikey::cli
