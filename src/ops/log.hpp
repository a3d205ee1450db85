#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "ops/repeated_lines.hpp"

// Structured log lines on standard error: JSON in production, plain text on a terminal.
// Thread-safe: each line is one write; for lines of requests threads share no lock. Nothing here
// takes a secret.
namespace llmapikey::ops {

enum class LogFormat { text, json };

// Once, before any thread that logs. Before it, lines below `warn` are dropped.
void start_logging(LogLevel level, LogFormat format);
LogLevel parse_log_level(std::string_view name);  // "debug", "info", "warn", "error"; info for anything else

struct LogField {
    std::string_view name;
    std::string_view value;
};
// Whether such a line is written at all: what is dear to put together is asked for first.
bool is_logged(LogLevel level);
// Control characters and quotes in message and values are escaped: one call is one line at the
// most. A line that repeats is counted (see RepeatedLines): of warnings and errors one with the
// same message, of others one with the same fields, too. `repeated` on a line says how many were
// left out before it.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});
// A line that is written whatever came before: of requests, each of which stands for itself.
void log_each(LogLevel level, std::string_view message, std::initializer_list<LogField> fields);
// Writes the counts of lines whose minute is over; to be called every few seconds.
void write_repetitions();
// Writes all counts, at the end.
void finish_logging();

}  // namespace llmapikey::ops
