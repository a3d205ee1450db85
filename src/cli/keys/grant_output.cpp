#include "cli/keys/grant_output.hpp"

#include <cstdio>

#include "base/csv.hpp"
#include "base/encoding.hpp"

namespace llmapikey::cli {
namespace {

constexpr const char* row_format = "%-12s  %-39s  %-9s  %-4s  %11s  %-10s  %-10s  %-10s  %s";

std::string formatted(const std::vector<std::string>& cells) {
    char line[256];
    std::snprintf(line, sizeof line, row_format, cells[0].c_str(), cells[1].c_str(), cells[2].c_str(), cells[3].c_str(),
                  cells[4].c_str(), cells[5].c_str(), cells[6].c_str(), cells[7].c_str(), cells[8].c_str());
    return line;
}

std::string day_of(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10);
}

}  // namespace

std::string table_header() {
    return formatted({"ACCOUNT", "LOGIN", "STATUS", "HINT", "DAILY CAP", "CREATED", "EXPIRES", "LAST USED", "ID"});
}

std::string table_row(const Grant& grant) {
    return formatted({grant.github_user_id.text(), base::to_printable(grant.github_username, 39),
                      std::string(to_text(grant.status)), grant.key_hint, base::to_cap(grant.daily_limit),
                      day_of(grant.created_at), day_of(grant.expires_at),
                      grant.last_used_at ? day_of(*grant.last_used_at) : "-", grant.id});
}

std::string sentence_of(const IssueAnswer& answer, std::string_view provider) {
    const std::string_view text = row_of(answer.status).command_text;
    if (!text.empty()) return base::replaced(text, "{provider}", provider);
    return "No key was made, and nothing was left behind: " + answer.error.detail;
}

std::string csv_header() {
    return "id,github_user_id,github_username,status,hint,daily_limit_usd,created_at,expires_at,last_used_at\r\n";
}

std::string csv_row(const Grant& grant) {
    return base::csv_line({grant.id, grant.github_user_id.text(), grant.github_username,
                           std::string(to_text(grant.status)), grant.key_hint, base::to_display(grant.daily_limit),
                           base::to_rfc3339(grant.created_at), base::to_rfc3339(grant.expires_at),
                           grant.last_used_at ? base::to_rfc3339(*grant.last_used_at) : ""});
}

}  // namespace llmapikey::cli
