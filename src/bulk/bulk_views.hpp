#pragma once

#include <string>
#include <vector>

#include "bulk/meant_keys.hpp"
#include "http/answers/template_engine.hpp"

// The console's pages of bulk revocations as values.
namespace llmapikey {

struct BulkConfirmView {
    Frame frame;
    MeantKeys keys;
    std::string problem;  // empty: it can be done
    std::string mistake;  // in the form as it was sent; empty: none
    std::string reason;   // as it was sent
};

struct BulkRow {
    std::string id, state, created_at, ended_at, actor, reason, total, done;
    std::string selection;  // in words
    std::string stopped;    // what stopping it came to; empty: it was not stopped
    std::string outcome;    // "All 12 keys are revoked."; empty: it is not done, or stopped, or keys are stuck
    bool has_keys = false;  // some were marked
    std::string stuck;      // how many the provider refuses to revoke; empty: none
};

struct StuckRow {
    std::string account_id, login, problem, next_attempt_at;
};

// What the pages of bulk revocations and of bulk changes have in common: they show how far one has
// got, and load themselves anew until it is done.
struct ProgressView {
    Frame frame;
    bool is_done = false;
    std::string problem;  // why it does not go on; empty: it does
    std::string notice_good, notice_bad;
};

struct BulkProgressView : ProgressView {
    BulkRow bulk;
    bool is_selecting = false;  // it can be stopped
    bool is_to_begin = false;   // nothing is marked yet
    std::vector<StuckRow> stuck;
};

struct BulkListView {
    Frame frame;
    std::vector<BulkRow> bulks;
};

// Sets the values of meant_keys.html, and "count".
void set_keys(Data& data, const MeantKeys& keys);

// Sets the values of progress_notices.html and of a page that loads itself anew.
void set_progress(Data& data, const ProgressView& view);

// Complete HTML documents.
std::string render(const BulkConfirmView& view);
std::string render(const BulkProgressView& view);
std::string render(const BulkListView& view);

}  // namespace llmapikey
