#pragma once

#include <string>
#include <string_view>

#include "keys/transitions.hpp"
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
//  - {set:TERM}: what organizers have set a term to (keys/terms.hpp), or NULL; {paused}: true if
//    they have paused minting; {not_in_vain_for:ACTOR}: false for a recipient while it is paused
//  - {in_force:NOW}: true for a hold in force; {stuck}: true for a stuck revocation
//  - {replaced:ID NOW}, {requeued:AT COUNTS PROBLEM}, {ends:WHAT}, {is_replaced:NOW WHAT}: parts
//    that two statements share
//  - {noticed:STEP ROWS}, {remember:ROWS}, {note:ROWS}, {ledger_entry:ROWS}: parts of a WITH of
//    PostgreSQL that write what belongs to the change of ROWS; {noticed:STEP ROWS} is
//    event_statement(STEP), which runs only if there are ROWS
// An unknown word, step or file ends the program.
std::string key_statement(std::string_view file, std::string_view name);
// Returns the same statement, translated for this database.
std::string key_statement(std::string_view file, std::string_view name, Dialect dialect);

// "The status is the one of this name", so that the index of such rows is used. A name that is no
// status ends the program with a message: for constants.
std::string status_is(const std::string& name);

// The statement that stores the webhook event of a step, as keys/transitions.hpp has it: the same
// on both databases. SQLite runs it in the step's transaction, before the row is changed, and rolls
// back if the row cannot take the step. $1, $2: account and id of the row.
std::string event_statement(Step step, Dialect dialect);

}  // namespace llmapikey
