#include "cli/keys/grant_output.hpp"

#include <algorithm>
#include <iterator>

#include "base/encoding.hpp"

namespace llmapikey::cli {
namespace {

// Returns whether a spreadsheet would take the text for a formula; full-width characters count,
// too.
bool is_formula(const std::string& text) {
    constexpr std::string_view beginnings[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    return std::any_of(std::begin(beginnings), std::end(beginnings),
                       [&](std::string_view beginning) { return text.starts_with(beginning); });
}

std::string csv_cell(const std::string& text) {
    std::string cell = is_formula(text) ? "\"'" : "\"";
    for (const char c : text)
        cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return cell + "\"";
}

}  // namespace

std::string sentence_of(const IssueAnswer& answer, std::string_view provider) {
    const std::string_view text = row_of(answer.status).command_text;
    if (!text.empty()) return base::replaced(text, "{provider}", provider);
    return "No key was made, and nothing was left behind: " + answer.error.detail;
}

std::string csv_header() {
    return "id,github_user_id,github_username,status,hint,daily_limit_usd,created_at,expires_at,last_used_at\r\n";
}

std::string csv_row(const Grant& grant) {
    std::string row;
    for (const std::string& text :
         {grant.id, grant.github_user_id.text(), grant.github_username, std::string(to_text(grant.status)),
          grant.key_hint, base::to_display(grant.daily_limit), base::to_rfc3339(grant.created_at),
          base::to_rfc3339(grant.expires_at), grant.last_used_at ? base::to_rfc3339(*grant.last_used_at) : ""}) {
        row += (row.empty() ? "" : ",") + csv_cell(text);
    }
    return row + "\r\n";
}

}  // namespace llmapikey::cli
