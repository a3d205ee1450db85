#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"

// `llmapikey keys`. Each returns the exit status.
namespace llmapikey::cli {

// Name and value of each filter that is set, as for parse_grant_query().
using Filters = std::vector<std::pair<std::string, std::string>>;

struct ListOptions {
    Filters filters;
    std::string cursor;
    int limit = 50;
};
int run_keys_list(const ListOptions& options, Output output);

// Whose the raw key on standard input is.
int run_keys_find(Output output);

// `key`, here and below: as for grant_meant_by().
int run_keys_show(const std::string& key, Output output);

struct RevokeOptions {
    std::vector<std::string> keys;  // empty: those that fit the filters
    Filters filters;
    bool is_everything = false;  // no filter, and that is meant
    std::string reason;
    std::string hold;  // "none", "forever", or a duration: "90m", "24h", "7d"; empty: forever, of every key none
    bool is_dry_run = false;
    std::optional<std::int64_t> confirmed_count;  // how many keys are meant
    bool is_agreed = false;                       // of a filter: whatever their number is
};
int run_keys_revoke(const RevokeOptions& options, Output output);

struct ChangeOptions {
    std::string key;
    std::optional<bool> is_disabled;
    std::string daily_limit;  // US dollars; empty: as it is
    std::string reason;
    bool is_dry_run = false;
};
int run_keys_change(const ChangeOptions& options, Output output);

// Prints the raw key, which is recorded and shown to its owner.
int run_keys_reveal(const std::string& key, const std::string& reason, Output output);

// `account`: as for account_meant_by(). `login` empty: GitHub is asked for it.
int run_keys_mint(const std::string& account, const std::string& login, Output output);

enum class ExportFormat { csv, json_lines };
// Streams every key to standard output, a page at a time.
int run_keys_export(ExportFormat format);

}  // namespace llmapikey::cli
