#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "identity/github_user_id.hpp"
#include "keys/key_origin.hpp"

namespace llmapikey {

struct Finding {
    enum class Kind {
        orphan,        // a key upstream that this deployment made and no row knows
        older,         // likewise, with the name of an older deployment, which does not say whose it is
        unremembered,  // one that another life of the installation has made, as it seems: for a person to decide on
        unverified,    // a name of our form that this deployment did not make: another one's; never touched
        missing,       // a row whose key upstream does not know
        expired,       // a row whose key's lifetime is over
        drift,         // upstream and row differ in the cap, the switch or the expiry
        unsettled,     // an attempt whose outcome is unknown
        revoking,      // a revocation that has begun and not ended
        replacing,     // a replacement that has begun and not ended
        guardrail,     // the guardrail that keys are to be under is gone
        unguarded,     // a key that is under no guardrail though one is configured
    };
    static constexpr Kind kinds[] = {Kind::orphan,   Kind::older,     Kind::unremembered, Kind::unverified,
                                     Kind::missing,  Kind::expired,   Kind::drift,        Kind::unsettled,
                                     Kind::revoking, Kind::replacing, Kind::guardrail,    Kind::unguarded};
    Kind kind = Kind::orphan;
    GithubUserId github_user_id;
    std::string delete_handle;
    bool is_fixed = false;
    std::string note;  // what was done or why not
};

// "orphan", ...
std::string_view to_text(Finding::Kind kind);

struct KindCount {
    std::int64_t found = 0, fixed = 0;
};

struct ReconcileReport {
    static constexpr std::size_t listed_max = 1'000;
    std::vector<Finding> findings;  // the first so many; the counts know them all
    std::map<Finding::Kind, KindCount> counts;
    std::int64_t upstream_keys = 0;  // seen, of anybody
    std::string left_alone;          // what is for a person to decide on, and why; empty: nothing is

    bool is_clean() const;  // nothing is left to be done; what is another deployment's does not count
    void add(Finding finding);
};

// "214 keys upstream; orphan 2 (2 ended), ..."; for the console and the log.
std::string summary_of(const ReconcileReport& report);

}  // namespace llmapikey
