#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "activity/act.hpp"
#include "activity/activity_store.hpp"

// Acts as sentences: "linus-organizer revoked mia-schmidt's key …89b9".
namespace llmapikey {

// A sentence in parts, as the account in it is a link. Written one after another with spaces
// between: who, verb, whom, rest.
struct ActSentence {
    std::string who;       // "linus-organizer", "The service"
    std::string who_id;    // account of `who`; empty: not an account
    std::string verb;      // "revoked", "could not revoke", "began to revoke"
    std::string whom;      // "mia-schmidt"; empty: nobody, or the same as `who`
    std::string whom_id;   // account of `whom`
    std::string rest;      // "'s key …89b9": follows `whom` without a space
    std::string reason;    // what was given as the reason; empty: none, or the service's own, which is in `rest`
    std::string problem;   // why it failed; empty: it did not
    std::string result;    // what came of it; empty: nothing else to say
    bool is_open = false;  // its end is not recorded
    bool has_failed = false;
};

// Returns who an actor of the log is: "linus-organizer" for "github:1003", if that login is known;
// "account 1003", if it is not; "root (on the command line)" for "cli:root".
std::string who_did(const std::string& actor, const ActNames& names);

ActSentence sentence_of(const Act& act, const ActNames& names);

// Returns the account in "account:1001 grant:..."; empty if there is none.
std::string account_in(std::string_view subject);
// Returns the grant's id there; empty if there is none.
std::string grant_in(std::string_view subject);
// Returns the account in "github:1003 token:..." or "recipient:1001"; empty if there is none.
std::string account_of_actor(std::string_view actor);

// A choice of acts for the filter: what an organizer asks for, and its actions.
struct ActKind {
    std::string_view word, text;  // "revoked", "Keys revoked"
    std::vector<std::string> actions;
};
const std::vector<ActKind>& act_kinds();

}  // namespace llmapikey
