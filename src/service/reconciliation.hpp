#pragma once

#include <array>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/key_name.hpp"
#include "service/admin_store.hpp"
#include "service/key_provider.hpp"
#include "service/key_store.hpp"
#include "service/revocation.hpp"

namespace llmapikey::service {

enum class Repair { report_only, fix };

struct Finding {
    enum class Kind {
        orphan,      // a key upstream that this deployment made and no row knows
        older,       // likewise, with the name of an older deployment, which does not say whose it is
        unverified,  // a name of our form that this deployment did not make: another one's; never touched
        missing,     // a row whose key upstream does not know
        expired,     // a row whose key's lifetime is over
        drift,       // upstream and row differ in the cap, the switch or the expiry
        unsettled,   // an attempt whose outcome is unknown
        revoking,    // a revocation that has begun and not ended
        replacing,   // a replacement that has begun and not ended
        guardrail,   // the guardrail that keys are to be under is gone
        unguarded,   // a key that is under no guardrail though one is configured
    };
    Kind kind = Kind::orphan;
    domain::GithubUserId github_user_id;
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
    static constexpr std::size_t most_listed = 1'000;
    std::vector<Finding> findings;  // the first so many; the counts know them all
    std::map<Finding::Kind, KindCount> counts;
    std::int64_t upstream_keys = 0;  // seen, of anybody
    bool is_clean() const;           // nothing is left to be done; what is another deployment's does not count

    void add(Finding finding);
};

// "214 keys upstream; orphan 2 (2 ended), ..."; for the console and the log.
std::string summary_of(const ReconcileReport& report);

struct ReconcileOptions {
    Repair repair = Repair::report_only;
    bool ends_older = false;  // keys with the name of an older deployment that no row knows
    base::Seconds settle_time{30};
    base::Seconds call_timeout{15};
};

// How what upstream has of a key differs from its row.
struct Drift {
    bool is_looser = false;  // upstream allows more
    KeyChange stricter;      // what the row learns of it
    std::optional<base::Timestamp> expires_at;
};

struct ReconcileParts {
    KeyStore& store;
    AdminStore& admin;
    KeyProvider& provider;
    Revocation& revocation;
    AuditLog& audit;
    const domain::NonceMaker& nonces;
    const base::Clock& clock;
};

// Compares all of upstream's keys with all rows, and on Repair::fix mends what differs, by the rules of
// docs/guarantees.md. Holds a page of each at a time, and eight bytes for each key upstream. Safe to run anywhere, any
// number of times at once. Blocking; for one thread at a time.
class Reconciler {
public:
    Reconciler(ReconcileParts parts, ReconcileOptions options) : parts_(parts), options_(options) {}

    // Fails as the stores and the provider do; what was mended by then stays so.
    base::Result<ReconcileReport> run(base::Deadline deadline, const std::stop_token& stop);

private:
    struct Pass;
    base::Result<void> compare_page(const std::vector<UpstreamKey>& page, Pass& pass);
    void compare(const UpstreamKey& key, const domain::Grant& grant, Pass& pass);
    void mend_drift(const domain::Grant& seen, Pass& pass);
    base::Result<void> mend(const Drift& drift, const domain::Grant& grant);
    void judge_unknown(const UpstreamKey& key, const domain::UpstreamKeyName& name, Pass& pass);
    base::Result<void> end_orphans(Pass& pass);
    base::Result<void> find_missing(Pass& pass);
    base::Result<void> mark_missing(Pass& pass, std::int64_t rows);
    base::Result<void> end_expired(Pass& pass);
    void record(const Finding& finding, const std::string& action);

    const ReconcileParts parts_;
    const ReconcileOptions options_;
    // Orphans that were too young by upstream's clock, by handle: when this process first saw them. Clocks can differ.
    std::map<std::string, base::Timestamp> first_seen_;
};

}  // namespace llmapikey::service
