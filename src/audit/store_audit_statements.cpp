#include "audit/store_audit_statements.hpp"

#include "base/embedded.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {

std::string audit_statement(std::string_view name, Dialect dialect) {
    static const std::vector<SqlWord> words = {
        word("columns", "sequence, at, actor, action, subject, origin, outcome, detail, hash"),
    };
    return translated(statement_of(embedded_audit_statements(), "audit.sql", name, words), dialect);
}

}  // namespace llmapikey
