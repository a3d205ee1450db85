#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "keys/reconciliation.hpp"

// Declarations that the parts of Reconciler share.
namespace llmapikey {

inline constexpr std::size_t mended_per_pass_max = 2'000;
inline constexpr std::size_t missing_per_pass_max = 200;
inline const Initiator reconciler_actor{"system", "reconciler"};
inline constexpr int rows_per_batch = 200;
// Given-up attempts, and ends without a person's word, are remembered for this long.
inline constexpr std::chrono::days attempt_memory{30};

// Returns eight bytes for a handle. Handles are random, so that two with the same fingerprint need
// not be considered.
inline std::uint64_t fingerprint_of(const std::string& handle) {
    return std::hash<std::string>{}(handle);
}

// A key that no row knows.
struct Reconciler::Unknown {
    Finding finding;
    bool is_meant = false;    // the key is to be ended
    bool is_unasked = false;  // no person has confirmed it, although its attempt is not remembered
};

// The knowledge of one run.
struct Reconciler::Pass {
    base::Timestamp begun_at;
    ReconcileReport report;
    std::vector<std::uint64_t> seen;  // fingerprints of upstream's handles, sorted when the list is read
    // The members below are handled after the list is read, so that this does not disturb the
    // reading. Each list has a limit.
    std::vector<Unknown> unknown;
    UnrememberedKeys unremembered, older;
    std::vector<Grant> drifted, missing;
    std::int64_t live_rows = 0, active_rows = 0, missing_count = 0;
    std::vector<std::string> found_again;  // ids of grants
    bool has_adopted = false;              // this database was adopted from an older deployment
    std::map<std::string, base::Timestamp> young;
    OutageWatch watch;
};

}  // namespace llmapikey
