#pragma once

#include <string>
#include <string_view>

#include "app/database.hpp"
#include "config/config.hpp"

// Resolves what a person names on the command line, by one rule for all commands: an account's
// numeric id; its login, with or without "@" in front (after "@", digits are a login, too); or the
// id of a key.
namespace llmapikey::cli {

// Fails with invalid_input if the text holds a whole key; the error does not repeat it.
base::Result<void> refuse_raw_key(std::string_view text);

// Looks a login up in the database, then at GitHub. Fails with not_found if nobody knows it, with
// conflict if several accounts have or had it (the error names all of them), and with invalid_input
// if the text is none of the three, or holds a whole key.
base::Result<GithubUserId> account_meant_by(const std::string& text, app::Stores& stores, const config::Config& config);
// Returns the key of that account, or the key with that id. Fails with not_found if there is none.
base::Result<Grant> grant_meant_by(const std::string& text, app::Stores& stores, const config::Config& config);

}  // namespace llmapikey::cli
