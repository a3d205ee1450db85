#pragma once

#include <string>
#include <string_view>

#include "app/database.hpp"
#include "config/config.hpp"

// What a person names on the command line, by one rule for all commands: an account's numeric id;
// its login, with or without "@" in front (with it, digits are a login, too); or the id of a key.
namespace llmapikey::cli {

// invalid_input: the text holds a whole key, which the error does not repeat.
base::Result<void> refuse_raw_key(std::string_view text);

// Logins are looked for in the database, then at GitHub. not_found: nobody knows it. conflict:
// several accounts have or had it, all of which the error names. invalid_input: it is none of the
// three, or a whole key.
base::Result<GithubUserId> account_meant_by(const std::string& text, app::Stores& stores, const config::Config& config);
// The key of that account, or of that id. not_found: there is none.
base::Result<Grant> grant_meant_by(const std::string& text, app::Stores& stores, const config::Config& config);

}  // namespace llmapikey::cli
