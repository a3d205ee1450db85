#include "keys/store_sqlite_events.hpp"

#include <map>

#include "keys/store_statements.hpp"

namespace llmapikey::sqlite {
namespace {

std::map<Step, std::string> make_statements() {
    std::map<Step, std::string> statements;
    for (const Transition& each : transitions())
        if (!each.event.empty()) statements.emplace(each.step, event_statement(each.step, Dialect::sqlite));
    return statements;
}
const std::map<Step, std::string> statements = make_statements();

}  // namespace

base::Result<void> tell(Connection& connection, Step step, GithubUserId account, const std::string& grant_id) {
    const auto statement = statements.find(step);
    if (statement == statements.end()) return {};
    auto query = TRY(connection.query(statement->second));
    TRY(query.bind(account.text()).bind(grant_id).run());
    return {};
}

}  // namespace llmapikey::sqlite
