#include "keys/store_postgres_endings.hpp"

#include "keys/store_statements.hpp"
#include "sql/stored_time.hpp"

namespace llmapikey::postgres {
namespace {

// Returns the statement of this name in statements/postgres_endings.sql.
std::string named(std::string_view name) {
    return key_statement("postgres_endings.sql", name, Dialect::postgres);
}

const std::string begin_endings = named("begin_ending");
const std::string begin_replacing = named("begin_replacement");
const std::string finish_replacing = named("finish_replacement");
const std::string finish_ending = named("finish_ending");

constexpr int tries_max = 8;  // while organizers change settings

Parameters parameters_of(const std::string& ids, const Ending& ending) {
    Parameters parameters;
    parameters.add(ids).add(ending.actor).add(ending.reason).add(seconds_of(ending.now)).add(ending.bulk_id);
    return parameters;
}

Parameters with_hold(Parameters parameters, const Ending& ending) {
    parameters.add(ending.what == EndsWhat::active_key ? "active" : "").add(ending.hold ? "hold" : "");
    if (ending.hold && ending.hold->until) {
        parameters.add(seconds_of(*ending.hold->until));
    } else {
        parameters.add_null();
    }
    parameters.add(ending.hold ? ending.hold->reason : "");
    return parameters;
}

base::Result<int> count_of(base::Result<Database::Answer> answer) {
    const auto counted = TRY(std::move(answer));
    return static_cast<int>(counted.rows.number(0, 0));
}

}  // namespace

base::Result<int> PostgresGrantEndings::begin(const std::vector<std::string>& grant_ids, const Ending& ending) {
    const auto parameters = with_hold(parameters_of(joined(grant_ids), ending), ending);
    return count_of(database_->run(begin_endings, parameters, Patience::fail_fast));
}

base::Result<int> PostgresGrantEndings::begin_replacement(const std::string& grant_id, const Ending& ending) {
    for (int tries = 1;; ++tries) {
        const auto answer = TRY(database_->run(begin_replacing, parameters_of(grant_id, ending), Patience::fail_fast));
        const bool has_changed = answer.rows.flag(0, 1);
        if (!has_changed || tries == tries_max) return static_cast<int>(answer.rows.number(0, 0));
    }
}

base::Result<int> PostgresGrantEndings::finish_replacement(const Grant& grant, const std::string& new_id,
                                                           base::Timestamp now) {
    const auto parameters =
        Parameters().add(grant.github_user_id.text()).add(grant.id).add(seconds_of(now)).add(new_id);
    return count_of(database_->run(finish_replacing, parameters, Patience::wait));
}

base::Result<void> PostgresGrantEndings::finish(const Grant& grant, base::Timestamp now) {
    const auto parameters = Parameters().add(grant.github_user_id.text()).add(grant.id).add(seconds_of(now));
    TRY(database_->run(finish_ending, parameters, Patience::wait));
    return {};
}

}  // namespace llmapikey::postgres
