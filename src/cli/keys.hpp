#pragma once

#include <string>
#include <vector>

#include "cli/commands.hpp"

// `llmapikey keys`. Each returns the exit status.
namespace llmapikey::cli {

struct ListOptions {
    std::string search, status, cursor;
    int limit = 50;
};
int run_keys_list(const ListOptions& options, Output output);

// `key`: the id of an account or of a grant.
int run_keys_show(const std::string& key, Output output);

struct RevokeOptions {
    std::vector<std::string> keys;  // ids of accounts or grants
    std::string reason;
    std::string hold;  // "none", "forever", or a duration: "90m", "24h", "7d"
    bool is_dry_run = false;
};
int run_keys_revoke(const RevokeOptions& options, Output output);

int run_keys_mint(const std::string& account, const std::string& login, Output output);

enum class ExportFormat { csv, json_lines };
// Streams every key to standard output, a page at a time.
int run_keys_export(ExportFormat format);

}  // namespace llmapikey::cli
