#include "ops/log.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace llmapikey::ops {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

// Writes each line with a system call of its own.
class DescriptorSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
    void sink_it_(const spdlog::details::log_msg& message) override {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        std::string_view rest(line.data(), line.size());
        while (!rest.empty()) {
            const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
            if (written < 0 && errno != EINTR) return;  // a failure cannot be reported anywhere
            if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void flush_() override {}
};

// The settings; only start_logging() writes them.
struct Logging {
    LogLevel level = LogLevel::warn;
    LogFormat format = LogFormat::text;
};
Logging& logging() {
    static Logging state;
    return state;
}

spdlog::logger make_logger() {
    spdlog::logger logger("llmapikey", std::make_shared<DescriptorSink>());
    logger.set_level(spdlog::level::trace);
    const bool is_json = logging().format == LogFormat::json;
    logger.set_pattern(is_json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v",
                       spdlog::pattern_time_type::utc);
    return logger;
}

// Returns this thread's logger. It is made again if the format has changed.
spdlog::logger& own_logger() {
    thread_local LogFormat format = logging().format;
    thread_local spdlog::logger logger = make_logger();
    if (format != logging().format) {
        format = logging().format;
        logger = make_logger();
    }
    return logger;
}

void append_escaped(std::string& out, std::string_view text) {
    static constexpr char hex[] = "0123456789abcdef";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20 || byte == 0x7f) {
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
        } else {
            out += c;
        }
    }
}

void compose(std::string& line, std::string_view message, std::initializer_list<LogField> fields) {
    const bool is_json = logging().format == LogFormat::json;
    line = is_json ? "\"message\":\"" : "";
    append_escaped(line, message);
    if (is_json) line += '"';
    for (const LogField& field : fields) {
        line += is_json ? ",\"" : " ";
        line += field.name;
        line += is_json ? "\":\"" : "=\"";
        append_escaped(line, field.value);
        line += '"';
    }
}

void write(LogLevel level, std::string_view line) {
    own_logger().log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

struct Repetitions {
    std::mutex mutex;
    RepeatedLines lines;
};
Repetitions& repetitions() {
    static Repetitions known;
    return known;
}

// The caller holds the lock, so that lines are written in the order in which they were counted.
void write_all(const std::vector<RepeatedLines::Line>& lines) {
    const bool is_json = logging().format == LogFormat::json;
    for (const RepeatedLines::Line& line : lines) {
        const std::string count = std::to_string(line.repeats);
        const std::string note = line.repeats == 0 ? ""
                                 : is_json         ? ",\"repeated\":\"" + count + "\""
                                                   : " repeated=\"" + count + "\"";
        write(line.level, line.text + note);
    }
}

}  // namespace

LogLevel parse_log_level(std::string_view name) {
    if (name == "debug") return LogLevel::debug;
    if (name == "warn") return LogLevel::warn;
    if (name == "error") return LogLevel::error;
    return LogLevel::info;
}

void start_logging(LogLevel level, LogFormat format) {
    logging() = {level, format};
}

bool is_logged(LogLevel level) {
    return level >= logging().level;
}

void log_each(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!is_logged(level)) return;
    thread_local std::string line;  // keeps its memory from one line to the next
    compose(line, message, fields);
    write(level, line);
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!is_logged(level)) return;
    std::string line;
    compose(line, message, fields);
    const bool is_trouble = level >= LogLevel::warn;
    const std::lock_guard lock(repetitions().mutex);
    write_all(repetitions().lines.add(level, is_trouble ? message : line, line, std::chrono::steady_clock::now()));
}

void write_repetitions() {
    const std::lock_guard lock(repetitions().mutex);
    write_all(repetitions().lines.take_due(std::chrono::steady_clock::now()));
}

void finish_logging() {
    const std::lock_guard lock(repetitions().mutex);
    write_all(repetitions().lines.take_all());
}

}  // namespace llmapikey::ops
