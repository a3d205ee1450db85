#pragma once

#include <string>
#include <vector>

#include "bulk/bulk_views.hpp"

// The console's pages of bulk changes as values.
namespace llmapikey {

struct ChangeConfirmView {
    Frame frame;
    MeantKeys keys;
    std::string act;         // "disable"; empty: unknown
    std::string demand;      // "Disable"
    std::string cap;         // as it was sent
    std::string reason;      // as it was sent
    std::string problem;     // empty: it can be done
    std::string mistake;     // in the form as it was sent; empty: none
    bool is_paused = false;  // no new keys are made
};

struct ChangeRow {
    std::string id, title, state, created_at, ended_at, actor, reason, selection;
    std::string total, done;
    std::string settled;          // done, skipped and failed
    std::string skipped, failed;  // empty: none
};

// A key that was not done.
struct TargetRow {
    std::string account_id, login, state, why;
};

struct ChangeProgressView : ProgressView {
    ChangeRow change;
    std::string heading;      // "Disabling keys"
    std::string outcome;      // "All 12 keys are disabled."; empty: it is not done
    bool has_failed = false;  // some keys
    std::string stopped;      // "Stopped at ... by ..."; empty: it was not stopped
    bool is_to_begin = false, can_be_stopped = false, can_be_retried = false, is_replacement = false;
    std::vector<TargetRow> changed;  // the first of those that are done
    bool has_more_changed = false;
    std::vector<TargetRow> targets;
    bool has_more_targets = false;
};

struct ChangeListView {
    Frame frame;
    std::vector<ChangeRow> changes;
};

// Complete HTML documents.
std::string render(const ChangeConfirmView& view);
std::string render(const ChangeProgressView& view);
std::string render(const ChangeListView& view);

}  // namespace llmapikey
