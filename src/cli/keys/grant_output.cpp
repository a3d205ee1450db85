#include "cli/keys/grant_output.hpp"

#include "base/csv.hpp"
#include "base/encoding.hpp"

namespace llmapikey::cli {

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
