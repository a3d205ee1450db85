#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"

// The console's overview as a value.
namespace llmapikey {

// Something that is not as it should be, or that somebody waits for.
struct HealthPart {
    std::string text;  // "2 people are waiting"
    std::string path;  // of the page that shows them; empty: there is none
    std::optional<ShownAge> since = std::nullopt;
};

// A figure with a line below it.
struct Tile {
    std::string value, of;                      // "$27.81", "of at most $196.00"; `of` may be empty
    std::string note;                           // empty: none
    std::optional<int> percent = std::nullopt;  // of a bar, 0 to 100; nullopt: there is none
    std::string bar_kind;                       // class of the bar: "", "near", "full"
};

// A line of a ranking.
struct RankRow {
    std::string name, path, value, note;  // "lea-chen", "/admin/…", "$2.00", "of $2.00"; path and note may be empty
    int percent = 0;                      // of the longest bar
    std::string bar_kind;
};

struct FailureRow {
    std::string last_at, times, what;
};

struct OverviewView {
    Frame frame;
    std::string notice_good, notice_bad;
    bool is_resumable = false;         // organizers can pause new keys, and let them be made again
    std::vector<HealthPart> health;    // empty: all is fine
    std::string fine;                  // "All 98 keys are fine."; said if `health` is empty
    std::optional<ShownAge> compared;  // when keys were last compared with the provider; nullopt: not yet
    Tile spent_today, worst, credits_last, claimed;
    std::string not_claimed;                   // who of the organizer's list has no key; empty: there is no list
    std::string worst_when_full;               // "$260.00 a day once all 130 seats are taken"; empty: it does not apply
    std::optional<ShownAge> spending_updated;  // when spending was read last; nullopt: not yet
    int days_shown = 30;                       // 7, 30 or 90
    std::string spent_of_range;                // "$63.72"
    std::optional<Chart> spent, issued;        // nullopt: nothing in these days
    std::vector<RankRow> most_today, models;
    std::string models_note;  // what the list of models covers
    std::vector<FailureRow> failures;
    std::string problem;            // of upstream; empty: none
    std::string reconciled;         // what comparing with upstream came to; empty: not done yet
    std::string reconcile_problem;  // why it failed since; empty: it did not
    std::string unremembered;       // keys of another life of the installation, and why; empty: none
};

// Complete HTML documents.
std::string render(const OverviewView& view);

}  // namespace llmapikey
