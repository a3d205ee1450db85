#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"

// Commands write results to standard output and problems to standard error. At the end, run()
// checks whether all output could be written.
namespace llmapikey::cli {

// Prints a line of JSON, which is valid whatever bytes an older version has stored.
void print_json(const boost::json::value& value);
void print_line(std::string_view text);

// Returns false if standard output cannot be written, so that a long list may stop. run() reports
// why.
bool can_print();

// Prints the error to standard error; returns the exit status.
int report(const base::Error& error);

// Returns the exit status of a command that ended with `status`: 1, with a message, if its output
// could not be written. A reader may close a pipe early (`| head`): that is no failure and is not
// reported.
int status_of_output(int status);

// Opens standard input, output and error if they are closed. Otherwise the next file that is opened
// would take their place and receive what is printed. Writing to such an output fails. Call it
// first in main().
void hold_standard_descriptors();

}  // namespace llmapikey::cli
