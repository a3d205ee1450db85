#pragma once

#include <string>
#include <vector>

#include "service/key_provider.hpp"
#include "service/key_store.hpp"
#include "service/settlement.hpp"

namespace llmapikey::service {

enum class Repair { report_only, fix };

struct Finding {
    enum class Kind {
        orphan,     // a key upstream with one of our names that no row knows
        revoking,   // a revocation that has begun and not ended
        unsettled,  // an attempt that is pending or ambiguous past its settle time
    };
    Kind kind = Kind::orphan;
    domain::GithubUserId github_user_id;
    std::string delete_handle;  // of an orphan
    bool is_fixed = false;
    std::string note;  // what was done or why not
};

struct ReconcileReport {
    std::vector<Finding> findings;
    std::size_t upstream_keys = 0;  // seen, of anybody
    bool is_clean() const;          // nothing found, or all of it fixed
};

// Compares the upstream's keys with the rows, and on Repair::fix revokes orphans and settles what is in doubt. Keys
// without one of our names are never touched. A key younger than the settle time is left alone: its attempt may still
// be under way.
base::Result<ReconcileReport> reconcile(KeyStore& store, KeyProvider& provider, Settlement& settlement,
                                        const base::Clock& clock, Repair repair, base::Deadline deadline);

}  // namespace llmapikey::service
