#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

// Structured log lines on standard error: JSON in production, plain text on a terminal. Thread-safe: each line is one
// write, and threads share no lock. Nothing here takes a secret.
namespace llmapikey::ops {

enum class LogLevel { debug, info, warn, error };
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
// Control characters and quotes in message and values are escaped: one call is one line.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

}  // namespace llmapikey::ops
