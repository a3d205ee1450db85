#pragma once

#include "web/views/views.hpp"

// The admin console. Keys are masked throughout.
namespace llmapikey::web::views {

struct KeyRow {
    std::string account_id;
    std::string login;
    std::string status;
    std::string masked_key;
    std::string daily_limit_usd;
    std::string created_on;  // "2027-02-22"
    std::string expires_on;
};

struct AdminListView {
    Frame frame;
    std::string live;   // keys that count
    std::string limit;  // MAX_TOTAL_KEYS; empty: no limit
    std::string search, status;
    std::vector<KeyRow> keys;
    std::string next_path;         // of the next page; empty: this is the last one
    std::string searched_account;  // a whole numeric id was searched for: its account's page
    std::string problem;           // what is wrong with the request; empty: nothing
};

struct EndedKeyRow {
    std::string masked_key, made_on, ended_at, actor, reason;
};

struct AdminAccountView {
    Frame frame;
    std::string account_id;
    std::optional<KeyRow> key;
    std::string grant_id;  // of an active key: it can be revoked
    bool is_on_hold = false;
    std::string hold_reason, hold_until;  // "" for until it is lifted
    std::vector<EndedKeyRow> ended;
    std::string notice_good, notice_bad;
};

struct AuditRow {
    std::string sequence, at, actor, action, subject, origin, outcome, detail;
};

struct AdminAuditView {
    Frame frame;
    std::vector<AuditRow> entries;  // the latest first
    std::string older_path;         // empty: these are all
};

std::string render(const AdminListView& view);
std::string render(const AdminAccountView& view);
std::string render(const AdminAuditView& view);

}  // namespace llmapikey::web::views
