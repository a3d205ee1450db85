#pragma once

#include <optional>
#include <string>
#include <string_view>

// Questions to whoever runs a command. They go to standard error, so that standard output has the
// result alone; answers are lines of standard input, from a person or from a pipe.
namespace llmapikey::cli {

void tell(std::string_view line);

enum class Echo { shown, hidden };

// Returns the answer without blanks around it; nullopt: the input has ended. On a terminal a hidden
// answer is not shown while it is typed.
std::optional<std::string> ask(std::string_view question, Echo echo);

}  // namespace llmapikey::cli
