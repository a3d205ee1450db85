#include "spending/store_spending.hpp"

#include <algorithm>
#include <map>

#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

// What is known of keys on the day $2, and on the latest day before. $1: their handles.
const std::string select_books =
    "SELECT held.openrouter_delete_hash, {epoch:held.attempted_at}, held.last_used_at, known.day, "
    "known.spent_micro_usd, known.usage_micro_usd, known.read_at, "
    "(SELECT noted_at FROM llmapikey.facts WHERE name = 'all_spending_read') "
    "FROM llmapikey.api_keys AS held LEFT JOIN llmapikey.spending_days AS known "
    "ON known.github_user_id = held.github_user_id AND known.openrouter_delete_hash = held.openrouter_delete_hash "
    "AND (known.day = $2 OR known.day = (SELECT max(day) FROM llmapikey.spending_days AS earlier "
    "WHERE earlier.github_user_id = held.github_user_id AND earlier.day < $2 "
    "AND earlier.openrouter_delete_hash = held.openrouter_delete_hash)) "
    "WHERE held.openrouter_delete_hash IS NOT NULL AND held.openrouter_delete_hash ";
const std::string of_several = "{in_texts:$1}", of_one = "= $1";
// $6, $7: what was known of that day when this was worked out; nothing is written if it is
// something else by now.
const std::string upsert_day =
    "INSERT INTO llmapikey.spending_days AS known (github_user_id, day, openrouter_delete_hash, spent_micro_usd, "
    "usage_micro_usd, read_at) SELECT github_user_id, $2, $1, $3::bigint, $4::bigint, $5::bigint "
    "FROM llmapikey.api_keys WHERE openrouter_delete_hash = $1 "
    "ON CONFLICT (github_user_id, day, openrouter_delete_hash) DO UPDATE SET "
    "spent_micro_usd = excluded.spent_micro_usd, usage_micro_usd = excluded.usage_micro_usd, "
    "read_at = excluded.read_at WHERE known.spent_micro_usd = $6::bigint "
    "AND known.usage_micro_usd IS NOT DISTINCT FROM $7::bigint";
const std::string update_last_use =
    "UPDATE llmapikey.api_keys SET last_used_at = $2::bigint WHERE openrouter_delete_hash = $1 "
    "AND last_used_at < $2::bigint";
const std::string upsert_all_read =
    "INSERT INTO llmapikey.facts (name, value, noted_at) VALUES ('all_spending_read', '', $1) "
    "ON CONFLICT (name) DO UPDATE SET noted_at = excluded.noted_at";
const std::string select_days =
    "SELECT day, sum(spent_micro_usd)::bigint FROM llmapikey.spending_days WHERE github_user_id = $1 AND day >= $2 "
    "GROUP BY day HAVING sum(spent_micro_usd) > 0 ORDER BY day";
const std::string delete_days = "DELETE FROM llmapikey.spending_days WHERE day < $1";

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
        const auto answer = TRY(database_->run(select_books + (is_several ? of_several : of_one),
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
            const auto booked = database_->run_each(upsert_day, writes.days);
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
