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
        older,         // like orphan, but with the name of an older deployment, which does not tell whose key it is
        unremembered,  // a key that another life of the installation seems to have made: a person must decide
        unverified,    // a key with a name of our form that another deployment made: never touched
        missing,       // a row whose key upstream does not know
        expired,       // a row whose key's lifetime is over
        drift,         // upstream and row differ in the cap, the switch or the expiry
        unsettled,     // an attempt whose outcome is unknown
        revoking,      // a revocation that has begun and not ended
        replacing,     // a replacement that has begun and not ended
        guardrail,     // the guardrail of new keys is gone, or was changed
        unguarded,     // a key is under no guardrail, although one is configured
    };
    static constexpr Kind kinds[] = {Kind::orphan,   Kind::older,     Kind::unremembered, Kind::unverified,
                                     Kind::missing,  Kind::expired,   Kind::drift,        Kind::unsettled,
                                     Kind::revoking, Kind::replacing, Kind::guardrail,    Kind::unguarded};
    Kind kind = Kind::orphan;
    GithubUserId github_user_id;
    std::string delete_handle;
    bool is_fixed = false;
    std::string note;  // what was done, or why nothing was done
};

// Returns "orphan" and so on.
std::string_view to_text(Finding::Kind kind);

struct KindCount {
    std::int64_t found = 0, fixed = 0;
};

struct ReconcileReport {
    static constexpr std::size_t listed_max = 1'000;
    std::vector<Finding> findings;  // the first listed_max findings; `counts` has all of them
    std::map<Finding::Kind, KindCount> counts;
    std::int64_t upstream_keys = 0;  // keys seen upstream, whoever made them
    std::string left_alone;          // what a person must decide on, and why; empty: nothing

    bool is_clean() const;  // nothing is left to do; other deployments' keys do not count
    void add(Finding finding);
};

// Returns a text such as "214 keys upstream, orphan 2 (mended 2), ...", for the console and the
// log.
std::string summary_of(const ReconcileReport& report);

}  // namespace llmapikey
