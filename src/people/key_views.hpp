#pragma once

#include <optional>
#include <string>
#include <vector>

#include "activity/activity_views.hpp"
#include "http/answers/page_template.hpp"
#include "http/answers/views.hpp"
#include "people/people_words.hpp"

// The console's page of a person as a value.
namespace llmapikey {

struct KeyRow {
    std::string grant_id;
    std::string account_id;
    std::string login;
    std::string status;  // as the badge says it
    std::string masked_key;
    std::string daily_limit_usd;
    std::string spent_usd;     // since the key was made; "?": upstream was not asked yet
    std::string last_used_on;  // "2027-02-22"; "-": never, or unknown
    std::string created_on;
    std::string expires_on;
    bool is_active = false;
    bool can_be_revoked = false;  // true in every state except `revoking`
};

// What a person has spent over all keys.
struct SpentBar {
    std::string today, total;  // "$2.30"; empty: nothing can have been spent
    std::string cap;           // "of $10.00"; empty: there is no cap
    int percent = 0;           // of the cap
    std::string bar_kind;      // class of the bar: "", "near", "full"
};

struct EndedKeyRow {
    std::string account_id, login, masked_key, made_on, ended_at, actor, reason;
};

// A form of this page that was refused: its problem, and what was typed.
struct RefusedForm {
    std::string_view form;  // "switch", "cap", "reveal" or "revoke"
    std::string problem;    // a sentence
    std::string reason, cap, hold;
};

struct PersonView {
    Frame frame;
    std::string account_id;
    std::string login;        // also set for an account whose keys have ended; empty: unknown
    std::string profile_url;  // at GitHub; empty: the login is unknown
    std::vector<Badge> badges;
    SpentBar spent;
    std::optional<KeyRow> key;
    std::string grant_id;       // set for an active key, which can be changed
    std::string leaked_id;      // set where a search for a whole key has led here, and the key works
    std::string revocable_id;   // set for a key, or an attempt at one, that can be revoked
    std::string attempt;        // why there is no key in use yet; empty: there is
    bool is_missing = false;    // the provider no longer has the key
    bool is_unclaimed = false;  // expected, and never had a key
    bool is_disabled = false, is_unsynced = false, can_reveal = false;
    std::string revealed_at, reveal_reason;  // "": never
    bool is_on_hold = false;
    std::string hold_reason, hold_until;  // "": until it is lifted
    std::string cap_typed;                // the key's cap as a field shows it: "10"
    std::string spent_of_month;
    std::optional<Chart> days;  // of the last thirty days; nullopt: nothing was spent
    std::vector<ActRow> acts;   // the latest first
    bool has_older_acts = false;
    std::vector<EndedKeyRow> ended;
    std::string expected_id, expected_name, expected_since, expected_by;  // on the organizer's list; empty: not on it
    std::string unresolved_why;  // nothing but the login is known, and why; empty: the account is known
    std::string notice_good, notice_bad;
    std::optional<RefusedForm> refused;
};

struct RevealView {
    Frame frame;
    std::string account_id, raw_key;
};

// Set "badges", a list, and what a bar shows.
void set_badges(Data& data, const std::vector<Badge>& badges);
void set_bar(Data& data, const SpentBar& spent);
// Sets "ended", a list of rows, and "has_ended".
void set_ended(Data& data, const std::vector<EndedKeyRow>& rows);

// Return complete HTML documents.
std::string render(const PersonView& view);
std::string render(const RevealView& view);

}  // namespace llmapikey
