#include "spending/spending.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

using std::chrono::ceil;
using std::chrono::days;
using std::chrono::floor;
using std::chrono::sys_days;

constexpr std::chrono::minutes border{2};   // around 00:00 UTC: upstream's day may be another than ours
constexpr std::chrono::minutes recent{10};  // a reading before 00:00 that tells yesterday's spending from today's
constexpr std::int64_t days_spread_max = 31;

base::MicroUsd difference(base::MicroUsd left, base::MicroUsd right) {
    return base::MicroUsd{left.value - right.value};
}

// What had been used at a time before the day of the reading.
struct Opening {
    base::MicroUsd usage;
    base::Timestamp since;  // nothing more had been used by then
};

class Bookkeeper {
public:
    Bookkeeper(const SpendingReading& reading, const KeyBooks& books)
        : reading_(reading), books_(books), day_(floor<days>(reading.at)), usage_(not_negative(reading.usage)) {
        opening_ = find_opening();
    }

    std::vector<Booking> book() {
        if (is_out_of_date()) return {};
        if (has_fallen()) {
            begin_anew();
        } else if (!has_figure_of_today()) {
            book_difference();
        } else {
            book_today();
        }
        return std::move(bookings_);
    }

private:
    std::optional<Opening> find_opening() const {
        if (books_.before) {
            if (!books_.before->usage) return std::nullopt;
            return Opening{*books_.before->usage, std::max(books_.before->read_at, all_read_at())};
        }
        // Of a key that is older than that nothing is known before the first reading.
        const bool is_young = floor<days>(books_.made_at) >= day_ - days{1};
        if (!is_young) return std::nullopt;
        return Opening{{}, std::max(books_.made_at, all_read_at())};
    }
    base::Timestamp all_read_at() const {
        return books_.all_read_at && *books_.all_read_at <= reading_.at ? *books_.all_read_at : base::Timestamp{};
    }

    // That counts: one that is told, and is certainly of our day.
    bool has_figure_of_today() const {
        return reading_.usage_today && reading_.spent_today && !is_near_border(reading_.at);
    }
    bool has_today() const { return books_.today && books_.today->usage; }
    bool is_out_of_date() const {
        if (!has_today()) return false;
        const BookedDay& today = *books_.today;
        return reading_.at < today.read_at || (reading_.at == today.read_at && usage_ < *today.usage);
    }
    bool has_fallen() const {
        return has_today() ? usage_ < *books_.today->usage : (opening_ && usage_ < opening_->usage);
    }

    // Upstream's figure of the day is right, and with it what had been used when the day began.
    void book_today() {
        const base::MicroUsd at_begin = difference(usage_, std::min(not_negative(*reading_.usage_today), usage_));
        if (opening_) book_before(difference(at_begin, opening_->usage), at_begin, day_);
        put_today(not_negative(*reading_.spent_today));
    }

    void book_difference() {
        if (has_today()) {
            const base::MicroUsd more = difference(usage_, *books_.today->usage);
            return put_today(base::MicroUsd{books_.today->spent.value + more.value});
        }
        const bool is_morning = reading_.at - day_ < std::chrono::hours{12};
        const auto& said = reading_.spent_today;
        const base::MicroUsd known = books_.today ? books_.today->spent : base::MicroUsd{};
        if (!opening_) return put_today(is_morning || !said ? known : std::max(known, not_negative(*said)));
        const base::MicroUsd more = difference(usage_, opening_->usage);
        base::MicroUsd today = said ? std::min(more, not_negative(*said)) : more;
        if (is_morning && opening_->since < day_ - recent) today = {};
        if (!is_morning && opening_->since >= day_) today = more;
        book_before(difference(more, today), difference(usage_, today), reading_.at);
        put_today(std::max(known, today));
    }

    // What upstream has taken back is of no day that we know.
    void begin_anew() {
        const bool is_sure = has_figure_of_today();
        const base::MicroUsd known = books_.today ? books_.today->spent : base::MicroUsd{};
        const base::MicroUsd today = is_sure ? not_negative(*reading_.spent_today) : known;
        const base::MicroUsd counted = is_sure ? not_negative(*reading_.usage_today) : known;
        if (books_.before) {
            BookedDay before = *books_.before;
            before.usage = difference(usage_, std::min(counted, usage_));
            put(std::move(before), books_.before);
        }
        put_today(today);
    }

    void put_today(base::MicroUsd spent) {
        // A key that has used nothing needs no row. Of one that is known from now on only, the
        // usage is kept.
        const bool is_anchor = !opening_ && usage_.value > 0;
        if (spent.value <= 0 && !books_.today && !is_anchor) return;
        put(BookedDay{day_, spent, usage_, reading_.at}, books_.today);
    }

    void put(BookedDay becomes, std::optional<BookedDay> was) {
        const bool is_same = was && was->spent == becomes.spent && was->usage == becomes.usage;
        if (!is_same) bookings_.push_back({std::move(becomes), std::move(was)});
    }

    // `amount` was spent after the opening and before today; negative: so much less. `usage`: at
    // the end of that.
    void book_before(base::MicroUsd amount, base::MicroUsd usage, base::Timestamp read_at) {
        const auto& before = books_.before;
        if (amount.value == 0) return;
        if (amount.value < 0) {
            if (!before) return;
            const base::MicroUsd left = not_negative(base::MicroUsd{before->spent.value + amount.value});
            return put(BookedDay{before->day, left, usage, std::max(before->read_at, read_at)}, before);
        }
        const sys_days last = day_ - days{1};
        // A day that was booked in full was read at its end, which is where the next one begins.
        const sys_days first = std::clamp(ceil<days>(opening_->since), last - days{days_spread_max - 1}, last);
        const std::int64_t count = (last - first).count() + 1;
        const std::int64_t each = amount.value / count;
        std::int64_t total = opening_->usage.value;
        for (sys_days day = first; day <= last; day += days{1}) {
            const std::int64_t part = day == last ? usage.value - total : each;
            total += part;
            const bool is_known = before && before->day == day;
            const base::MicroUsd spent{part + (is_known ? before->spent.value : 0)};
            const base::Timestamp read = day == last ? read_at : base::Timestamp{day + days{1}};
            put(BookedDay{day, spent, base::MicroUsd{total}, read}, is_known ? before : std::nullopt);
        }
    }

    const SpendingReading& reading_;
    const KeyBooks& books_;
    const sys_days day_;
    const base::MicroUsd usage_;
    std::optional<Opening> opening_;
    std::vector<Booking> bookings_;
};

}  // namespace

bool is_near_border(base::Timestamp at) {
    const auto time_of_day = at - floor<days>(at);
    return time_of_day < border || time_of_day >= days{1} - border;
}

std::vector<Booking> book(const SpendingReading& reading, const KeyBooks& books) {
    return Bookkeeper(reading, books).book();
}

SpendingReading reading_of(const UpstreamKey& key, base::Timestamp at) {
    const auto today = key.usage_daily ? std::optional(not_negative(*key.usage_daily)) : std::nullopt;
    auto spent = spent_today(key);
    if (today && spent) spent = std::max(*spent, *today);
    return {key.delete_handle, not_negative(key.usage), today, spent, at, key.last_used_at};
}

// Both figures are of the UTC day; the one that is behind catches up: a provider's figures may
// disagree for a while.
std::optional<base::MicroUsd> spent_today(const UpstreamKey& key) {
    auto spent = key.usage_daily ? std::optional(not_negative(*key.usage_daily)) : std::nullopt;
    if (key.limit && key.limit_remaining && key.limit_reset == daily_reset)
        spent = std::max(spent.value_or(base::MicroUsd{}), difference(*key.limit, *key.limit_remaining));
    return spent;
}

}  // namespace llmapikey
