#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_values.hpp"

// Completion in shells. The functions that `llmapikey completion` prints ask the program itself:
// `llmapikey __complete SHELL WORDS...` prints what the last word can become.
namespace llmapikey::cli {

enum class Shell { bash, zsh, fish };
// Returns their names.
std::vector<std::string> shell_words();
std::optional<Shell> shell_named(std::string_view name);

struct Candidate {
    std::string value;         // the whole word; for bash, the part of it that readline replaces
    std::string meaning = {};  // for people, in one line
};

struct Candidates {
    std::vector<Candidate> list;
    bool are_files = false;  // the shell completes names of files
};

// Returns the values of a kind that begin with `typed`, from the database.
using StoredValues = std::function<std::vector<Candidate>(ValueKind kind, const std::string& typed)>;

// Returns what the last one of `words` can become, which may be empty. `words` are those after the
// program's name, up to the cursor, as the shell divides them: bash makes words of their own of "="
// and "@", and leaves an opening quote.
Candidates complete(const CLI::App& app, const OptionValues& values, Shell shell, std::vector<std::string> words,
                    const StoredValues& stored);

// Returns the lines for a shell: value, tab, meaning; for bash the value alone. A value that would
// be more than one word in one line is left out.
std::string completion_text(const Candidates& candidates, Shell shell);

// Runs `__complete`: `words` begin with the name of the shell. Prints nothing of the database if
// that cannot be read within a second. Returns 0.
int run_complete(const CLI::App& app, const OptionValues& values, std::vector<std::string> words);

// Returns the function for a shell.
std::string_view completion_script(Shell shell);

}  // namespace llmapikey::cli
