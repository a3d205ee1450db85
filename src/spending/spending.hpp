#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "identity/seat.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// What upstream said of one key's spending.
struct SpendingReading {
    std::string delete_handle;
    base::MicroUsd usage;                       // since the key was made
    std::optional<base::MicroUsd> usage_today;  // of that, on the day that upstream thinks it is; nullopt: not told
    std::optional<base::MicroUsd> spent_today;  // of the cap of that day; not less than usage_today; nullopt: not told
    base::Timestamp at;                         // by our clock
    std::optional<base::Timestamp> last_used_at;
};

SpendingReading reading_of(const UpstreamKey& key, base::Timestamp at);

struct SpendingDay {
    std::string day;  // "2027-02-22", UTC
    base::MicroUsd spent;
};

// What is known of one key's spending on one day.
struct BookedDay {
    std::chrono::sys_days day;
    base::MicroUsd spent;
    std::optional<base::MicroUsd> usage;  // since the key was made, when it was last read; nullopt: it was not kept
    base::Timestamp read_at{};
    friend bool operator==(const BookedDay&, const BookedDay&) = default;
};

// What is known of one key's spending before a reading.
struct KeyBooks {
    std::optional<BookedDay> today;              // of the day of the reading
    std::optional<BookedDay> before;             // the latest of the days before
    base::Timestamp made_at;                     // the key has spent nothing before
    std::optional<base::Timestamp> all_read_at;  // when all keys were last read: what is not booked had not been spent
};

// One day that a reading changes.
struct Booking {
    BookedDay becomes;
    std::optional<BookedDay> was;  // nullopt: nothing was known of that day
};

// Which days a reading changes, in their order; none if it says nothing new. Each booking holds by
// itself: whoever stores some of them only, and books the reading again, comes to the same.
//
// A provider that does not tell its figure of today is booked by differences alone.
//
// Upstream's day begins a few seconds before or after ours. So its figure of today counts only away
// from the border; it then also tells what had been used when the day began, and corrects the day
// before. Near the border what counts is the difference to the last reading: today's, unless that
// reading is old. What was spent on days without a reading is spread over them. A lower figure of
// the same day corrects a higher one; where the usage since the key was made falls, earlier days
// stay as they are.
std::vector<Booking> book(const SpendingReading& reading, const KeyBooks& books);

// The spending of seats by day, over all keys that they have held: what a key has spent today
// still counts when another has taken its place. Blocking, thread-safe; can fail with
// Errc::store_unavailable.
class SpendingStore {
public:
    virtual ~SpendingStore() = default;
    // Books readings, as book() says, and keeps when each key was last used; for the keys that a
    // row holds, others are passed over. Repeating it is harmless, and so are several at once.
    virtual base::Result<void> note(const std::vector<SpendingReading>& readings) = 0;
    // Every key has been read and noted, the first of them at this time.
    virtual base::Result<void> note_all_read(base::Timestamp since) = 0;
    // From the day of `since` on, in order; days without spending are missing.
    virtual base::Result<std::vector<SpendingDay>> days(const Seat& seat, base::Timestamp since) = 0;
    // Forgets days before that of `before`.
    virtual base::Result<void> prune_days(base::Timestamp before) = 0;
};

// Whether it is so close to 00:00 UTC that upstream's day, week and month may be others than ours.
bool is_near_border(base::Timestamp at);

// Upstream takes amounts back now and then; what was spent is never told as less than nothing.
inline base::MicroUsd not_negative(base::MicroUsd amount) {
    return std::max(amount, base::MicroUsd{});
}

// What a key has spent of today's cap. Never lifetime usage, and never negative. Nullopt: the
// provider does not tell it.
std::optional<base::MicroUsd> spent_today(const UpstreamKey& key);

}  // namespace llmapikey
