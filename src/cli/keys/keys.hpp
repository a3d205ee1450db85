#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands.hpp"

// `llmapikey keys`. Each function returns the exit status.
namespace llmapikey::cli {

// Names and values of the filters that are set, as for parse_grant_query().
using Filters = std::vector<std::pair<std::string, std::string>>;

struct ListOptions {
    Filters filters;
    std::string cursor;
    int limit = 50;
};
int run_keys_list(const ListOptions& options, Output output);

// Finds the owner of the raw key on standard input.
int run_keys_find(Output output);

// `key` is resolved by grant_meant_by(), here and below.
int run_keys_show(const std::string& key, Output output);

struct RevokeOptions {
    std::vector<std::string> keys;  // empty: those that the filters select
    Filters filters;
    bool is_everything = false;  // every key is meant, without a filter
    std::string reason;
    std::string hold;  // "none", "forever", or a duration: "90m", "24h", "7d"; must not be empty
    bool is_dry_run = false;
    std::optional<std::int64_t> confirmed_count;  // how many keys are confirmed
    bool is_agreed = false;                       // for a filter: any number of keys is confirmed
};
int run_keys_revoke(const RevokeOptions& options, Output output);

struct ChangeOptions {
    std::string key;
    std::optional<bool> is_disabled;
    std::string daily_limit;  // US dollars; empty: unchanged
    std::string reason;
    bool is_dry_run = false;
};
int run_keys_change(const ChangeOptions& options, Output output);

// Prints the raw key. This is recorded and shown to the key's owner.
int run_keys_reveal(const std::string& key, const std::string& reason, Output output);

// `account` is resolved by account_meant_by(). If `login` is empty, GitHub is asked for it.
int run_keys_mint(const std::string& account, const std::string& login, Output output);

enum class ExportFormat { csv, json_lines };
// Streams every key to standard output, one page at a time.
int run_keys_export(ExportFormat format);

}  // namespace llmapikey::cli
