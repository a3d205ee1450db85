#pragma once

#include "app/database.hpp"

namespace llmapikey::app {

// What is due every few seconds, whatever the service has to do: counts of log lines that repeat,
// the database's time, what a clock that was wrong has left behind, and the length of the
// database's log. Reports failures to the log. For one thread; `stores` and `time` must outlive it.
class Upkeep {
public:
    Upkeep(Stores& stores, const base::Clock& time) : stores_(stores), time_(time) {}

    void run_once();

private:
    void correct_times();

    Stores& stores_;
    const base::Clock& time_;
};

}  // namespace llmapikey::app
