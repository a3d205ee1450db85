#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "keys/reconciliation.hpp"

// What the parts of Reconciler share.
namespace llmapikey {

inline constexpr std::size_t mended_per_pass_max = 2'000;
inline constexpr std::size_t missing_per_pass_max = 200;
inline const Initiator reconciler_actor{"system", "reconciler"};
inline constexpr int rows_per_batch = 200;
// Of attempts that were given up, and of what was ended without a person's word.
inline constexpr std::chrono::days attempt_memory{30};

// Eight bytes of a handle. Handles are random, so a chance that two share them is nothing to reckon
// with.
inline std::uint64_t fingerprint_of(const std::string& handle) {
    return std::hash<std::string>{}(handle);
}

// A key that no row knows.
struct Reconciler::Unknown {
    Finding finding;
    bool is_meant = false;    // it is to be ended
    bool is_unasked = false;  // and without a person's word though its attempt is not remembered
};

// What one run knows.
struct Reconciler::Pass {
    base::Timestamp begun_at;
    ReconcileReport report;
    std::vector<std::uint64_t> seen;  // fingerprints of upstream's handles, sorted when the list is read
    // All below is dealt with after the list is read, so that reading it is not disturbed; the
    // first of them.
    std::vector<Unknown> unknown;
    UnrememberedKeys unremembered, older;
    std::vector<Grant> drifted, missing;
    std::int64_t live_rows = 0, active_rows = 0, missing_count = 0;
    std::vector<std::string> found_again;  // ids of grants
    bool has_adopted = false;              // this database is an older deployment's heir
    std::map<std::string, base::Timestamp> young;
    OutageWatch watch;
};

}  // namespace llmapikey
