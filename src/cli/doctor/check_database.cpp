#include "base/plural.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "sealing/sealing_canary.hpp"

namespace llmapikey::cli {
namespace {

const std::string what = "database";

}  // namespace

std::vector<Finding> check_database(CheckContext& context) {
    if (!context.storage) return {left_out(what, "not looked at", context.problems)};
    const config::Config& config = *context.storage;
    const base::SystemClock clock;
    const auto inspected = app::inspect_database(config, clock);
    if (!inspected) return {{what, Verdict::problem, inspected.error().detail}};
    const std::string name = app::describe_database(config);
    if (!inspected->exists)
        return {{what, Verdict::ok, name + " is not there yet; `serve` or `migrate up` will create it"}};
    if (inspected->missing_migrations > 0)
        return {{what, Verdict::ok, name + " can be written; `serve` or `migrate up` will bring it up to date"}};
    auto stores = app::open_stores(config);
    if (!stores) return {{what, Verdict::problem, stores.error().detail}};
    const auto checked = stores->keys->check();
    if (!checked) return {{what, Verdict::problem, checked.error().detail}};
    context.stores.emplace(std::move(*stores));
    return {{what, Verdict::ok, name + " can be written and is up to date"}};
}

std::vector<Finding> check_sealing(CheckContext& context) {
    const std::string sealing = "sealed keys";
    if (!context.stores || !context.storage) return {};
    if (is_any_wrong(context, {"KEY_ENCRYPTION_SECRET", "KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED"}))
        return {left_out(sealing, "not looked at", context.problems)};
    if (context.storage->key_encryption_secret.empty()) return {};
    const app::Sealers sealers(*context.storage);
    SealedStore& store = *context.stores->sealed;
    const auto verified = SealingCanary(store, sealers.keys, sealers.webhooks).verify();
    if (!verified) return {{sealing, Verdict::problem, verified.error().detail}};
    const auto others = Reencryption(store, sealers.keys, sealers.webhooks).remaining();
    if (!others) return {{sealing, Verdict::problem, others.error().detail}};
    if (*others == 0) return {{sealing, Verdict::ok, "KEY_ENCRYPTION_SECRET opens them"}};
    const std::string note =
        base::counted(*others, "is", "are") + " sealed with another secret than KEY_ENCRYPTION_SECRET";
    if (!context.storage->key_encryption_secret_also_accepted.empty())
        return {{sealing, Verdict::warning, note + ": run `llmapikey reseal` before the other secret goes"}};
    return {{sealing, Verdict::warning,
             note + " and cannot be shown: name that secret in KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED, and run "
                    "`llmapikey reseal`"}};
}

}  // namespace llmapikey::cli
