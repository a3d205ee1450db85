// Finds attempts by reading the list of keys. This is for providers that cannot look a key up by
// its name.
#include <algorithm>
#include <unordered_map>

#include "providers/key_provider.hpp"
#include "providers/upstream_scan.hpp"

namespace llmapikey {

base::Result<std::vector<std::string>> KeyProvider::find_attempts(const std::vector<SoughtAttempt>& attempts,
                                                                  const ScanPatience& patience) {
    std::unordered_map<std::string, std::string> handles;  // by name; empty: not found yet
    base::Timestamp oldest = base::Timestamp::max();
    for (const SoughtAttempt& attempt : attempts) {
        handles[attempt.name];
        oldest = std::min(oldest, attempt.attempted_at);
    }
    auto missing = static_cast<std::ptrdiff_t>(handles.size());
    const auto look = [&](const UpstreamKey& key) {
        const auto found = handles.find(key.name);
        if (found != handles.end() && found->second.empty()) {
            found->second = key.delete_handle;
            --missing;
        }
        // The list is newest first. If the clocks differ by more than upstream_skew_max, a key that
        // is not found here is found by the reconciler, which knows the attempt.
        const bool is_older = key.created_at && *key.created_at < oldest - upstream_skew_max;
        return missing > 0 && !is_older ? Scan::go_on : Scan::stop;
    };
    if (!attempts.empty()) {
        TRY(scan_upstream_keys(*this, patience, look));
    }
    std::vector<std::string> found;
    for (const SoughtAttempt& attempt : attempts)
        found.push_back(handles[attempt.name]);
    return found;
}

}  // namespace llmapikey
