#include "keys/store_columns.hpp"

namespace llmapikey {
namespace {

std::optional<base::Timestamp> time_if_any(const Cells& cells, int column) {
    return cells.is_null(column) ? std::nullopt : std::optional(time_of(cells.number(column)));
}

// Presents a row of an answer as cells.
class AnswerCells final : public Cells {
public:
    explicit AnswerCells(const SqlRow& row) : row_(row) {}
    std::string text(int column) const override { return row_.text(column); }
    std::int64_t number(int column) const override { return row_.number(column); }
    bool is_null(int column) const override { return row_.is_null(column); }

private:
    const SqlRow& row_;
};

template <auto member>
bool text(const Cells& cells, int column, Grant& grant) {
    grant.*member = cells.text(column);
    return true;
}
template <auto member>
bool money(const Cells& cells, int column, Grant& grant) {
    grant.*member = base::MicroUsd{cells.number(column)};
    return true;
}
template <auto member>
bool moment(const Cells& cells, int column, Grant& grant) {
    grant.*member = time_of(cells.number(column));
    return true;
}
template <auto member>
bool moment_if_any(const Cells& cells, int column, Grant& grant) {
    grant.*member = time_if_any(cells, column);
    return true;
}
template <auto member>
bool flag(const Cells& cells, int column, Grant& grant) {
    grant.*member = cells.number(column) != 0;
    return true;
}

bool account(const Cells& cells, int column, Grant& grant) {
    const auto id = GithubUserId::parse(cells.text(column));
    if (id) grant.github_user_id = *id;
    return id.has_value();
}
bool status(const Cells& cells, int column, Grant& grant) {
    const auto status = parse_grant_status(cells.text(column));
    if (status) grant.status = *status;
    return status.has_value();
}
bool revealed_at(const Cells& cells, int column, Grant& grant) {
    if (const auto at = time_if_any(cells, column)) grant.reveal = Reveal{*at, ""};
    return true;
}
bool reveal_reason(const Cells& cells, int column, Grant& grant) {  // the column before says whether there is a reveal
    if (grant.reveal) grant.reveal->reason = cells.text(column);
    return true;
}
bool attempts(const Cells& cells, int column, Grant& grant) {
    grant.attempts = static_cast<int>(cells.number(column));
    return true;
}
bool problem(const Cells& cells, int column, Grant& grant) {
    grant.problem = parse_mint_problem(cells.text(column));
    return true;
}
bool last_used_at(const Cells& cells, int column, Grant& grant) {  // 0: never
    if (cells.number(column) > 0) grant.last_used_at = time_of(cells.number(column));
    return true;
}

}  // namespace

const std::vector<GrantColumn>& grant_columns() {
    static const std::vector<GrantColumn> columns = {
        {"id", "", "#id::uuid", text<&Grant::id>},
        {"github_user_id", "", "", account},
        {"github_username", "", "", text<&Grant::github_username>},
        {"status", "", "'waiting'", status},
        {"nonce", "", "", text<&Grant::nonce>},
        {"openrouter_delete_hash", "", "NULL", text<&Grant::delete_handle>},
        {"openrouter_key", "", "NULL", text<&Grant::sealed_key>},
        {"key_hint", "", "NULL", text<&Grant::key_hint>},
        {"daily_limit_micro_usd", "", "", money<&Grant::daily_limit>},
        {"created_at", "{epoch:created_at} AS created", "{time:#now}", moment<&Grant::created_at>},
        {"attempted_at", "{epoch:attempted_at} AS attempted", "{time:#now}", moment<&Grant::attempted_at>},
        {"expires_at", "{epoch:expires_at} AS expires", "", moment<&Grant::expires_at>},
        {"is_disabled", "", "", flag<&Grant::is_disabled>},
        {"unsynced", "", "NULL", text<&Grant::unsynced>},
        {"spent_micro_usd", "", "0", money<&Grant::spent>},
        {"spent_as_of", "", "NULL", moment_if_any<&Grant::spent_as_of>},
        {"revealed_at", "", "NULL", revealed_at},
        {"reveal_reason", "", "NULL", reveal_reason},
        {"queued_at", "queued_at / 1000000 AS queued", "{queue_time}", moment_if_any<&Grant::queued_at>},
        {"next_attempt_at", "", "#now::bigint", moment_if_any<&Grant::next_attempt_at>},
        {"attempts", "", "0", attempts},
        {"problem", "", "''", problem},
        {"keeps_place", "", "1", flag<&Grant::keeps_place>},
        {"carried_micro_usd", "", "", money<&Grant::carried>},
        {"carried_until", "", "", moment_if_any<&Grant::carried_until>},
        {"missing_since", "", "NULL", moment_if_any<&Grant::missing_since>},
        {"last_used_at", "", "0", last_used_at},
    };
    return columns;
}

int grant_column_count() {
    return static_cast<int>(grant_columns().size());
}

std::string selected_grant_columns() {
    std::string text;
    for (const GrantColumn& column : grant_columns())
        text += (text.empty() ? "" : ", ") + std::string(column.selected.empty() ? column.name : column.selected);
    return text;
}

std::string replaced_grant_columns(const std::string& id, const std::string& now) {
    std::string text;
    for (const GrantColumn& column : grant_columns()) {
        if (column.on_replace.empty()) continue;
        std::string value(column.on_replace);
        for (const auto& [word, parameter] : {std::pair("#id", id), std::pair("#now", now)})
            if (const auto place = value.find(word); place != std::string::npos)
                value.replace(place, std::string_view(word).size(), parameter);
        text += (text.empty() ? "" : ", ") + std::string(column.name) + " = " + value;
    }
    return text;
}

base::Result<Grant> grant_of_row(const Cells& cells) {
    Grant grant;
    int number = 0;
    for (const GrantColumn& column : grant_columns()) {
        if (!column.read(cells, number, grant))
            return base::fail(base::Errc::store_unavailable, "row " + cells.text(0) + " of api_keys makes no sense");
        ++number;
    }
    return grant;
}

base::Result<Grant> grant_of_row(const SqlRow& row) {
    return grant_of_row(AnswerCells(row));
}

base::Result<std::vector<Grant>> grants_of(const SqlAnswer& answer) {
    std::vector<Grant> grants;
    for (const SqlRow& row : answer.rows) {
        auto grant = TRY(grant_of_row(row));
        grants.push_back(std::move(grant));
    }
    return grants;
}

}  // namespace llmapikey
