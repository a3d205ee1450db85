#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/answers/views.hpp"

// The console's pages of keys and accounts as values.
namespace llmapikey {

struct KeyRow {
    std::string grant_id;
    std::string account_id;
    std::string login;
    std::string status;
    std::string masked_key;
    std::string daily_limit_usd;
    std::string spent_usd;     // since the key was made; "?": upstream was not asked yet
    std::string last_used_on;  // "2027-02-22"; "-": never, or unknown
    std::string created_on;
    std::string expires_on;
    bool is_active = false;
    bool can_be_revoked = false;  // true in every state except `revoking`
};

struct EndedKeyRow {
    std::string account_id, login, masked_key, made_on, ended_at, actor, reason;
};

struct AdminListView {
    Frame frame;
    std::string live;   // keys that count towards the limit
    std::string limit;  // MAX_TOTAL_KEYS; empty: no limit
    std::string search, state, sort, expires_within, from, to;
    bool is_unused = false;
    std::string not_used_since;
    std::vector<KeyRow> keys;
    std::vector<EndedKeyRow> ended;
    std::string notice_good, notice_bad;
    bool has_choices = false;
    std::string next_path;         // of the next page; empty: this is the last one
    std::string filter;            // the filters and the order, as a query string
    bool is_filtered = false;      // there are filters, not only an order
    std::string searched_account;  // the search is a whole numeric id: that account's page
    std::string problem;           // what is wrong with the request; empty: nothing
};

struct AdminAccountView {
    Frame frame;
    std::string account_id;
    std::string login;  // also set for an account whose keys have ended; empty: unknown
    std::optional<KeyRow> key;
    std::string grant_id;      // set for an active key, which can be changed
    std::string revocable_id;  // set for a key, or an attempt at one, that can be revoked
    bool is_disabled = false, is_unsynced = false, can_reveal = false;
    std::string revealed_at, reveal_reason;  // "": never
    bool is_on_hold = false;
    std::string hold_reason, hold_until;  // "": until it is lifted
    std::vector<EndedKeyRow> ended;
    std::string notice_good, notice_bad;
};

struct AdminRevealView {
    Frame frame;
    std::string account_id, raw_key;
};

// Return complete HTML documents.
std::string render(const AdminListView& view);
std::string render(const AdminAccountView& view);
std::string render(const AdminRevealView& view);

}  // namespace llmapikey
