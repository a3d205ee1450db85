#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace llmapikey::config {

struct PlainFileRule {
    std::size_t bytes_max;
    const char* too_long;    // what to say of a longer one
    const char* what_to_do;  // what should be there: "put a file with lines NAME=value there"
    // For whoever writes into a pipe: a program may ask a person first.
    std::chrono::seconds patience = std::chrono::seconds(30);
};

// A small text file that a person or a program wrote, without a mark of its encoding; nullopt:
// there is none. Reads no more than `bytes_max`, whatever stands at `path`, and waits for a pipe
// only. A pipe counts as a file if somebody writes into it within `patience`: shells make pipes of
// `<(command)`. invalid_input, with a message that goes on after the path: a link that leads
// nowhere, a folder, a socket, a device, a pipe into which nobody writes, a file that cannot be
// read, is too long, or is no UTF-8.
base::Result<std::optional<std::string>> read_plain_file(const std::string& path, const PlainFileRule& rule);

}  // namespace llmapikey::config
