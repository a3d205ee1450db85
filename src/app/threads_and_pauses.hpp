#pragma once

#include <chrono>
#include <cstddef>

#include "base/clock.hpp"
#include "webhooks/webhook_courier.hpp"

// How many threads do what in a process, and how often it does what it does by itself.
namespace llmapikey::app {

inline constexpr int upstream_threads = 8;
// So many more may wait for a lane, on threads; whoever comes then is stored in the queue and told
// the place.
inline constexpr int waiting_minters = 16;
inline constexpr int identity_threads = 16;
inline constexpr int background_threads = 2;
inline constexpr int webhook_concurrency = static_cast<int>(CourierLimits{}.total_max);
inline constexpr std::size_t trial_concurrency = 8;
inline constexpr int streaming_threads = 10;  // two more, to say that all are taken
inline constexpr base::Millis recovery_pause{5'000};
inline constexpr base::Millis minting_pause{1'000};
inline constexpr base::Millis reconcile_pause{2'000};
inline constexpr base::Millis operations_pause{2'000};
inline constexpr base::Seconds time_to_stop_bulk{5};  // for whoever sees only then what was pressed
inline constexpr base::Millis roster_pause{15'000};
inline constexpr base::Millis statistics_pause{5'000};
// A probe takes two seconds at the most: within three of the provider's return calls go through
// again.
inline constexpr base::Millis probe_pause{800};
inline constexpr base::Millis guardrail_pause{10'000};  // between looks at whether it is time to ask
inline constexpr base::Millis settings_pause{1'000};
inline constexpr base::Millis upkeep_pause{10'000};

inline constexpr base::Millis last_calls{2'000};  // how long jobs' calls may take once the program ends

inline constexpr std::size_t waiting_max = 2'048;  // a queue; more are answered 503
inline constexpr std::size_t waiting_readers_max =
    8'192;                                      // likewise: each is soon done, and costs little while it waits
inline constexpr base::Millis wait_max{3'000};  // after more the work would be done for nobody

}  // namespace llmapikey::app
