#pragma once

#include "grant/grant.hpp"
#include "keys/transitions.hpp"
#include "sql/sqlite/database.hpp"

// The webhook events of steps; private to the stores of this folder.
namespace llmapikey::sqlite {

// Stores the event of a step, if it has one and the row may take it. To be called in the step's
// transaction, before the row is changed. If the row is not changed then, roll back.
base::Result<void> tell(Connection& connection, Step step, GithubUserId account, const std::string& grant_id);

}  // namespace llmapikey::sqlite
