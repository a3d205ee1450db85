#include "app/jobs/upkeep.hpp"

#include "ops/log.hpp"

namespace llmapikey::app {

void Upkeep::run_once() {
    ops::write_repetitions();
    const auto read = stores_.clock ? stores_.clock->refresh() : base::Result<void>{};
    if (!read) ops::log(ops::LogLevel::warn, "reading the database's clock: " + read.error().detail);
    if (read) correct_times();
    const auto shrunk = stores_.shrink ? stores_.shrink() : base::Result<void>{};
    if (!shrunk) ops::log(ops::LogLevel::warn, "shrinking the database's log: " + shrunk.error().detail);
}

void Upkeep::correct_times() {
    const auto corrected = stores_.misdated->correct(time_.now());
    if (!corrected) ops::log(ops::LogLevel::warn, "looking for what is dated ahead: " + corrected.error().detail);
    if (!corrected || *corrected == 0) return;
    ops::log(ops::LogLevel::warn, "put right what was dated further ahead than it can be: was a clock wrong?",
             {{"rows", std::to_string(*corrected)}});
}

}  // namespace llmapikey::app
