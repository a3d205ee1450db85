#include <algorithm>

#include "app/database.hpp"
#include "app/upstreams.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "cli/doctor/doctor_checks.hpp"
#include "grant/key_name.hpp"
#include "keys/key_origin.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::chrono::days attempt_memory{30};
constexpr std::size_t handle_bytes = 32;

std::string name_of(const config::Config& config) {
    return std::string(app::traits_of(config).name);
}

std::string keys_title(const config::Config& config) {
    return "keys at " + name_of(config);
}

struct NamedKey {
    std::string delete_handle, nonce;
    std::optional<base::Timestamp> created_at;
};

// Returns the keys that were named with this deployment's secret and are no longer attempts under
// way.
std::vector<NamedKey> own_keys(const config::Config& config, const std::vector<UpstreamKey>& page) {
    const NonceMaker nonces(config.key_encryption_secret, config.key_encryption_secret_also_accepted);
    const base::Timestamp settled = base::SystemClock().now() - settle_time(config.upstream_timeout);
    std::vector<NamedKey> own;
    for (const UpstreamKey& key : page) {
        const auto name = parse_upstream_key_name(key.name);
        const bool is_own = name && !name->nonce.empty() && nonces.has_made(name->github_user_id, name->nonce);
        if (is_own && key.created_at.value_or(settled) <= settled)
            own.push_back({key.delete_handle, name->nonce, key.created_at});
    }
    return own;
}

base::Result<UnrememberedKeys> without_known(const app::Stores& stores, const std::vector<NamedKey>& keys) {
    std::vector<std::string> handles, nonces;
    for (const NamedKey& key : keys) {
        handles.push_back(key.delete_handle);
        nonces.push_back(key.nonce);
    }
    const auto rows = TRY(stores.admin->find_known(handles, nonces));
    const auto remembered = TRY(stores.history->remembered(nonces));
    UnrememberedKeys unremembered;
    for (const NamedKey& key : keys) {
        const bool has_row = std::any_of(rows.begin(), rows.end(),
                                         [&](const Grant& grant) { return grant.delete_handle == key.delete_handle; });
        if (!has_row && !remembered.contains(key.nonce)) unremembered.add(key.created_at);
    }
    return unremembered;
}

base::Result<std::string> what_the_service_found(const app::Stores& stores) {
    const auto facts = TRY(stores.statistics->facts());
    const auto note = facts.find(fact::unremembered_note);
    return note == facts.end() ? std::string() : note->second.value;
}

Finding never_heard_of(const config::Config& config, const std::string& what) {
    return {keys_title(config), Verdict::problem,
            what + "; is " + app::describe_database(config) +
                " the database that people's keys are in? Look at DATA_DIR or POSTGRES_URL, and see docs/backup.md"};
}

bool is_new_database(const config::Config& config) {
    const base::SystemClock clock;
    const auto inspected = app::inspect_database(config, clock);
    return inspected && !inspected->exists;
}

// Returns nullopt if nothing is wrong.
base::Result<std::optional<Finding>> compare(const config::Config& config, const app::Stores& stores,
                                             const std::vector<NamedKey>& keys) {
    const auto found = TRY(what_the_service_found(stores));
    if (!found.empty()) return never_heard_of(config, found);
    const auto unremembered = TRY(without_known(stores, keys));
    const auto began_at = TRY(stores.history->began_at());
    const auto totals = TRY(stores.keys->totals());
    const auto ended = TRY(stores.history->unremembered_ends(base::SystemClock().now() - attempt_memory));
    const std::string why =
        why_left_alone(unremembered, {began_at, totals.live, static_cast<std::int64_t>(ended.size())}, name_of(config));
    if (why.empty()) return std::nullopt;
    return never_heard_of(config, describe(unremembered) + "; " + why);
}

}  // namespace

std::vector<Finding> check_origin_of_keys(CheckContext& context) {
    if (!context.config || !context.is_key_accepted) return {};
    const config::Config& config = *context.config;
    const auto provider = app::make_key_provider(config, *context.http);
    const auto page = provider->list(nullptr, base::Deadline::after(config.upstream_timeout));
    if (!page) return {};  // another check reports this
    const std::vector<NamedKey> keys = own_keys(config, page->keys);
    if (!context.stores) {
        if (keys.empty() || !is_new_database(config)) return {};
        UnrememberedKeys all;
        for (const NamedKey& key : keys)
            all.add(key.created_at);
        return {never_heard_of(config, describe(all) + "; it is new and empty")};
    }
    const auto complaint = compare(config, *context.stores, keys);
    if (!complaint) return {{keys_title(config), Verdict::warning, "not compared: " + complaint.error().detail}};
    if (*complaint) return {**complaint};
    return {{keys_title(config), Verdict::ok, "the newest ones are known to the database, or were given up by it"}};
}

// Tries it by revoking a key that does not exist.
std::vector<Finding> check_management_rights(CheckContext& context) {
    if (!context.config || !context.is_key_accepted) return {};
    const auto provider = app::make_key_provider(*context.config, *context.http);
    const std::string title = name_of(*context.config) + " rights";
    const std::string nobodys = base::to_hex(base::random_bytes(handle_bytes));
    const auto revoked = provider->revoke(nobodys, base::Deadline::after(context.config->upstream_timeout));
    if (revoked) return {{title, Verdict::ok, "the management key may write"}};
    if (revoked.error().code != base::Errc::misconfigured) return {};  // another check reports this
    return {{title, Verdict::problem,
             "the management key may not write, so no key can be made or ended: " + revoked.error().detail}};
}

}  // namespace llmapikey::cli
