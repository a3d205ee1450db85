#pragma once

#include <string>
#include <string_view>

#include "sql/sql_database.hpp"

namespace llmapikey {

// Returns a statement of src/keys/statements for translated(). Besides the words of the dialects it
// may use:
//  - {grant_columns}, {ledger_columns}, {revoking_columns}, {attempt_columns}: the columns that the
//    readers of rows expect
//  - {from:STEP}: true for the statuses that STEP starts from; {to:STEP}: the status that it leads
//    to (keys/transitions.hpp)
//  - {unsettled}: true for a pending or ambiguous attempt; {ending_attempt}: true for a revoking
//    attempt (is_ending_attempt)
//  - {in_force:NOW}: true for a hold in force; {stuck}: true for a stuck revocation
//  - {replaced:ID NOW}, {requeued:AT COUNTS PROBLEM}, {ends:WHAT}, {is_replaced:NOW WHAT}: parts
//    that two statements share
//  - {event:STEP ROWS}, {remember:ROWS}, {note:ROWS}, {ledger_entry:ROWS}: parts of a WITH of
//    PostgreSQL that write what belongs to the change of ROWS
// An unknown word, step or file ends the program.
std::string key_statement(std::string_view file, std::string_view name);
// Returns the same statement, translated for this database.
std::string key_statement(std::string_view file, std::string_view name, Dialect dialect);

}  // namespace llmapikey
