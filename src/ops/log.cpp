#include "ops/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

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

struct Logging {
    std::shared_ptr<spdlog::logger> logger;
    LogFormat format = LogFormat::text;
};

// The one global mutable state of the program: written once by start_logging.
Logging& logging() {
    static Logging state = [] {
        Logging initial;
        initial.logger =
            std::make_shared<spdlog::logger>("llmapikey", std::make_shared<spdlog::sinks::stderr_sink_mt>());
        initial.logger->set_level(spdlog::level::warn);
        initial.logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
        return initial;
    }();
    return state;
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

}  // namespace

LogLevel parse_log_level(std::string_view name) {
    if (name == "debug") return LogLevel::debug;
    if (name == "warn") return LogLevel::warn;
    if (name == "error") return LogLevel::error;
    return LogLevel::info;
}

void start_logging(LogLevel level, LogFormat format) {
    Logging& state = logging();
    state.format = format;
    state.logger->set_level(to_spdlog(level));
    state.logger->flush_on(spdlog::level::debug);
    if (format == LogFormat::json) {
        state.logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})",
                                  spdlog::pattern_time_type::utc);
    }
}

void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    const Logging& state = logging();
    if (!state.logger->should_log(to_spdlog(level))) return;
    const bool is_json = state.format == LogFormat::json;
    std::string line = is_json ? "\"message\":\"" : "";
    append_escaped(line, message);
    if (is_json) line += '"';
    for (const LogField& field : fields) {
        line += is_json ? ",\"" : " ";
        line += field.name;
        line += is_json ? "\":\"" : "=\"";
        append_escaped(line, field.value);
        line += '"';
    }
    state.logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace llmapikey::ops
