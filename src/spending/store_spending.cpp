#include "spending/store_spending.hpp"

#include <algorithm>
#include <map>

#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

// The statement of this name in statements/spending.sql.
std::string named(std::string_view name) {
    return statement_of(embedded_spending_statements(), "spending.sql", name, {});
}

const std::string select_books = named("books");
const std::string select_books_of_several = named("books_of_several");
const std::string upsert_day = named("set_day");
const std::string upsert_day_and_total = named("set_day_and_total");
const std::string update_last_use = named("set_last_use");
const std::string upsert_all_read = named("set_all_read");
const std::string select_days = named("days");
const std::string delete_days = named("prune");

constexpr int rounds_max = 5;  // each ends with what others have written meanwhile

std::chrono::sys_days day_of(const std::string& text) {
    const auto time = base::parse_rfc3339(text + "T00:00:00Z");
    return std::chrono::floor<std::chrono::days>(time.value_or(base::Timestamp{}));
}

bool is_word(const std::string& handle) {
    return std::all_of(handle.begin(), handle.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
    });
}

struct HeldKey {
    KeyBooks books;
    std::optional<base::Timestamp> last_used_at;
};

// By handle; keys that no row holds are missing.
std::map<std::string, HeldKey> held_keys_of(const SqlAnswer& answer, std::chrono::sys_days today) {
    std::map<std::string, HeldKey> held;
    for (const SqlRow& row : answer.rows) {
        HeldKey& key = held[row.text(0)];
        key.books.made_at = time_in(row, 1);
        key.last_used_at = time_if_any(row, 2);
        key.books.all_read_at = time_if_any(row, 7);
        if (row.is_null(3)) continue;
        BookedDay known{day_of(row.text(3)), base::MicroUsd{row.number(4)}, std::nullopt, time_in(row, 6)};
        if (!row.is_null(5)) known.usage = base::MicroUsd{row.number(5)};
        (known.day == today ? key.books.today : key.books.before) = known;
    }
    return held;
}

SqlValues values_of(const std::string& handle, const Booking& booking) {
    const BookedDay& day = booking.becomes;
    SqlValues values;
    values.add(handle).add(day_text(day.day)).add(day.spent.value);
    values.add_if(day.usage ? std::optional(day.usage->value) : std::nullopt).add(seconds_of(day.read_at));
    values.add_if(booking.was ? std::optional(booking.was->spent.value) : std::nullopt);
    const bool was_kept = booking.was && booking.was->usage;
    return values.add_if(was_kept ? std::optional(booking.was->usage->value) : std::nullopt);
}

}  // namespace

base::Result<SqlSpendingStore::Writes> SqlSpendingStore::writes_of(
    const std::vector<const SpendingReading*>& readings) {
    // Readings of one page can lie on both sides of 00:00.
    std::map<std::chrono::sys_days, std::vector<const SpendingReading*>> by_day;
    for (const SpendingReading* reading : readings)
        by_day[std::chrono::floor<std::chrono::days>(reading->at)].push_back(reading);
    Writes writes;
    for (const auto& [day, of_day] : by_day) {
        const bool is_several = of_day.size() > 1;
        std::string handles;
        for (const SpendingReading* reading : of_day)
            handles += (handles.empty() ? "" : ",") + reading->delete_handle;
        const auto answer = TRY(database_->run(is_several ? select_books_of_several : select_books,
                                               SqlValues().add(handles).add(day_text(day))));
        const auto held = held_keys_of(answer, day);
        for (const SpendingReading* reading : of_day) {
            const auto found = held.find(reading->delete_handle);
            if (found == held.end()) continue;
            const HeldKey& key = found->second;
            for (const Booking& booking : book(*reading, key.books))
                writes.days.push_back(values_of(reading->delete_handle, booking));
            const bool is_later =
                reading->last_used_at && key.last_used_at.value_or(base::Timestamp{}) < *reading->last_used_at;
            if (is_later)
                writes.uses.push_back(SqlValues().add(reading->delete_handle).add(seconds_of(*reading->last_used_at)));
        }
    }
    return writes;
}

base::Result<void> SqlSpendingStore::note(const std::vector<SpendingReading>& readings) {
    std::vector<std::vector<const SpendingReading*>> groups(1);
    for (const SpendingReading& reading : readings) {
        if (is_word(reading.delete_handle)) {
            groups.front().push_back(&reading);
        } else {
            groups.push_back({&reading});
        }
    }
    for (const auto& group : groups) {
        for (int round = 0; round < rounds_max; ++round) {
            const auto writes = TRY(writes_of(group));
            if (writes.days.empty() && writes.uses.empty()) break;
            const auto booked = database_->run_each(
                database_->dialect() == Dialect::postgres ? upsert_day_and_total : upsert_day, writes.days);
            TRY(booked ? database_->run_each(update_last_use, writes.uses) : booked);
        }
    }
    return {};
}

base::Result<void> SqlSpendingStore::note_all_read(base::Timestamp since) {
    return done(database_->run(upsert_all_read, SqlValues().add(seconds_of(since))));
}

base::Result<std::vector<SpendingDay>> SqlSpendingStore::days(const Seat& seat, base::Timestamp since) {
    const auto answer =
        TRY(database_->run(select_days, SqlValues().add(seat.github_user_id.text()).add(day_text(since))));
    std::vector<SpendingDay> days;
    for (const SqlRow& row : answer.rows)
        days.push_back({row.text(0), base::MicroUsd{row.number(1)}});
    return days;
}

base::Result<void> SqlSpendingStore::prune_days(base::Timestamp before) {
    return done(database_->run(delete_days, SqlValues().add(day_text(before))));
}

}  // namespace llmapikey
