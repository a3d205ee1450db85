#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "base/result.hpp"

// How commands write: results to standard output, problems to standard error. run() looks at the
// end whether all of it could be written.
namespace llmapikey::cli {

// A line of JSON, valid whatever bytes an older version has stored.
void print_json(const boost::json::value& value);
void print_line(std::string_view text);

// False: standard output cannot be written, so that a long list may as well end. run() says why.
bool can_print();

// Says on standard error what went wrong; gives the exit status.
int report(const base::Error& error);

// The exit status of a command that has ended with `status`: 1, with a message, where its output
// could not be written. Whoever reads a pipe may close it early (`| head`): that is no failure, and
// nothing is said.
int status_of_output(int status);

// Where standard input, output or error are closed, the next file that is opened would take their
// place, and what is printed would end in it. Takes the places; writing to the output fails then.
// First thing in main().
void hold_standard_descriptors();

}  // namespace llmapikey::cli
