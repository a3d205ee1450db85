#pragma once

#include "web/views/views.hpp"

// The admin console. Keys are masked throughout, but for the page that shows one on demand.
namespace llmapikey::web::views {

struct KeyRow {
    std::string grant_id;
    std::string account_id;
    std::string login;
    std::string status;
    std::string masked_key;
    std::string daily_limit_usd;
    std::string spent_usd;     // since it was made; "?" where upstream was not asked yet
    std::string last_used_on;  // "2027-02-22"; "-": never, or it is not known
    std::string created_on;
    std::string expires_on;
    bool is_active = false;
    bool can_be_revoked = false;  // whatever its state, but that it is being revoked already
};

struct EndedKeyRow {
    std::string account_id, login, masked_key, made_on, ended_at, actor, reason;
};

struct AdminListView {
    Frame frame;
    std::string live;   // keys that count
    std::string limit;  // MAX_TOTAL_KEYS; empty: no limit
    std::string search, state, sort, expires_within, from, to;
    bool is_unused = false;
    std::string not_used_since;
    std::vector<KeyRow> keys;
    std::vector<EndedKeyRow> ended;
    std::string notice_good, notice_bad;
    bool has_choices = false;
    std::string next_path;         // of the next page; empty: this is the last one
    std::string filter;            // as a query string: what "all that fit" means, and the order
    bool is_filtered = false;      // there is more to it than an order
    std::string searched_account;  // a whole numeric id was searched for: its account's page
    std::string problem;           // what is wrong with the request; empty: nothing
};

struct AdminAccountView {
    Frame frame;
    std::string account_id;
    std::string login;  // also of an account whose keys have ended; empty: not known
    std::optional<KeyRow> key;
    std::string grant_id;      // of an active key: it can be changed
    std::string revocable_id;  // of a key, or an attempt at one, that can be revoked
    bool is_disabled = false, is_unsynced = false, can_reveal = false;
    std::string revealed_at, reveal_reason;  // "" for never
    bool is_on_hold = false;
    std::string hold_reason, hold_until;  // "" for until it is lifted
    std::vector<EndedKeyRow> ended;
    std::string notice_good, notice_bad;
};

struct AdminRevealView {
    Frame frame;
    std::string account_id, raw_key;
};

struct AuditRow {
    std::string sequence, at, actor, action, subject, origin, outcome, detail;
};

struct AdminAuditView {
    Frame frame;
    std::string search;             // a login or an id; empty: all entries
    std::vector<AuditRow> entries;  // the latest first
    std::string older_path;         // empty: these are all
};

struct BulkConfirmView {
    Frame frame;
    std::string count;                                         // "12 keys"
    std::string number;                                        // "12"
    std::string made_by;                                       // when they were counted, in Unix seconds
    std::string selection;                                     // in words; empty: those that were ticked
    std::vector<std::string> examples;                         // logins of the first few
    std::vector<std::string> ids;                              // those that were ticked; empty: by filter
    std::vector<std::pair<std::string, std::string>> filters;  // name and value of hidden fields
    bool is_everything = false;                                // every key is meant
    bool is_all_said = false;                                  // in these very words, and not by a filter
    std::string problem;                                       // empty: it can be done
    std::string mistake;                                       // in the form as it was sent; empty: none
    std::string reason;                                        // as it was sent
};

struct BulkRow {
    std::string id, state, created_at, ended_at, actor, reason, total, done;
    std::string selection;  // in words
    std::string stopped;    // what stopping it came to; empty: it was not stopped
    std::string outcome;    // "All 12 keys are revoked."; empty: it is not done, or stopped, or keys are stuck
    bool has_keys = false;  // some were marked
    std::string stuck;      // how many OpenRouter refuses to revoke; empty: none
};

struct StuckRow {
    std::string account_id, login, problem, next_attempt_at;
};

struct BulkProgressView {
    Frame frame;
    BulkRow bulk;
    bool is_done = false;
    bool is_selecting = false;  // it can be stopped
    bool is_to_begin = false;   // nothing is marked yet
    std::string problem;
    std::vector<StuckRow> stuck;
    std::string notice_good, notice_bad;
};

struct BulkListView {
    Frame frame;
    std::vector<BulkRow> bulks;
};

struct Figure {
    std::string name, value, note;
};
struct FailureRow {
    std::string last_at, times, what;
};
struct OverviewView {
    Frame frame;
    std::vector<Figure> figures, money;
    std::string spent_percent;  // of the greatest possible spending today; "" where one of the two is not known, or 0
    bool is_spending_possible = true;
    std::string spent_today, exposure_per_day;  // "unknown" where they are
    std::string spending_at;                    // when spending was read last
    std::vector<Chart> charts;
    std::vector<FailureRow> failures;
    std::string problem;  // of upstream; empty: none
    std::string figures_at;
    std::string reconciled, reconciled_at;  // what comparing with upstream came to; empty: not done yet
    std::string reconcile_problem;          // why it failed since; empty: it did not
    std::string unremembered;               // keys of another life of the installation, and why; empty: none
};

struct TokenRow {
    std::string id, name, hint, scopes, created_on, expires_on, used_at, state;
    bool is_valid = false;
};
struct TokensView {
    Frame frame;
    std::vector<TokenRow> tokens;
    std::string new_token;  // shown this once
    std::string notice_good, notice_bad;
};

struct EndpointRow {
    std::string id, url, events, state;
    std::string former;  // that its former secret signs as well; empty: it does not
};
struct DeliveryRow {
    std::string id, type, endpoint, state, attempts, updated_at, problem;
    bool can_resend = false;
};
struct WebhooksView {
    Frame frame;
    std::vector<EndpointRow> endpoints;
    std::vector<DeliveryRow> deliveries;
    std::vector<std::string> event_types;
    std::string new_secret;  // shown this once
    std::string notice_good, notice_bad;
};

std::string render(const AdminListView& view);
std::string render(const AdminAccountView& view);
std::string render(const AdminRevealView& view);
std::string render(const AdminAuditView& view);
std::string render(const BulkConfirmView& view);
std::string render(const BulkProgressView& view);
std::string render(const BulkListView& view);
std::string render(const OverviewView& view);
std::string render(const TokensView& view);
std::string render(const WebhooksView& view);

}  // namespace llmapikey::web::views
