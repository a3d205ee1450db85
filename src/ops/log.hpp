#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "ops/repeated_lines.hpp"

// Structured log lines on standard error: JSON in production, plain text on a terminal. Nothing
// here takes a secret. Thread-safe: each line is one write, and threads share no lock for the lines
// of requests.
namespace llmapikey::ops {

enum class LogFormat { text, json };

// Must be called once, before any thread logs. Until then lines below `warn` are dropped.
void start_logging(LogLevel level, LogFormat format);
LogLevel parse_log_level(std::string_view name);  // "debug", "info", "warn", "error"; info for anything else

struct LogField {
    std::string_view name;
    std::string_view value;
};
// Returns whether lines of this level are written. Callers ask this before they compose a costly
// line.
bool is_logged(LogLevel level);
// Writes at most one line: control characters and quotes in message and values are escaped.
// Repeated lines are counted instead (see RepeatedLines): warnings and errors repeat if the message
// is the same, other lines if the fields are the same too. `repeated` on a line says how many were
// left out before it.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
// Always writes a line, even a repeated one. Used for the lines of requests.
void log_each(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);
// Writes the counts of lines whose minute is over. Must be called every few seconds.
void write_repetitions();
// Writes all counts. Must be called at the end of the program.
void finish_logging();

}  // namespace llmapikey::ops
