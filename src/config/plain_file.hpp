#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace llmapikey::config {

struct PlainFileRule {
    std::size_t bytes_max;
    const char* too_long;    // message for a longer file
    const char* what_to_do;  // what to do instead: "put a file with lines NAME=value there"
    // How long to wait for the writer of a pipe, who may ask a person first.
    std::chrono::seconds patience = std::chrono::seconds(30);
};

// Reads a small text file that a person or a program wrote, without its byte order mark. Nullopt:
// there is no file. It reads little more than `bytes_max`, whatever is at `path`, and only a pipe
// can make it wait. A pipe counts as a file if somebody writes into it within `patience`: shells
// make pipes of `<(command)`. invalid_input, with a message that continues after the path: a
// dangling link, a folder, a socket, a device, a pipe without a writer, or a file that cannot be
// read, is too long, is UTF-16 or has NUL bytes.
base::Result<std::optional<std::string>> read_plain_file(const std::string& path, const PlainFileRule& rule);

}  // namespace llmapikey::config
