#include "support/alias_key_provider.hpp"

#include <algorithm>

#include "base/crypto.hpp"

namespace llmapikey::test {
namespace {

constexpr std::size_t secret_bytes = 24, page_size = 10;

// The cursor: the last key of the previous page.
struct AfterKey final : ListCursor {
    std::string delete_handle;
};

UpstreamKey without_windows(UpstreamKey key) {
    key.usage_daily = key.usage_weekly = key.usage_monthly = std::nullopt;
    return key;
}

// Handles are numbered in the order in which the keys were made.
long number_of(const std::string& delete_handle) {
    return std::stol(delete_handle.substr(delete_handle.rfind('-') + 1));
}

}  // namespace

MintOutcome AliasKeyProvider::mint(const MintRequest& request, base::Deadline deadline) {
    const std::string secret = std::string(own_traits.key.prefix) + base::random_token(secret_bytes);
    MintOutcome outcome = keys_.mint(request, deadline);
    auto* minted = std::get_if<Minted>(&outcome);
    if (minted == nullptr) return outcome;
    minted->raw_key = base::Secret(secret);
    const std::lock_guard lock(mutex_);
    secrets_[minted->delete_handle] = secret;
    return outcome;
}

base::Result<UpstreamKey> AliasKeyProvider::get(const std::string& delete_handle, base::Deadline deadline) {
    auto key = TRY(keys_.get(delete_handle, deadline));
    return without_windows(std::move(key));
}

base::Result<KeyPage> AliasKeyProvider::list(ListCursorPtr after, base::Deadline) {
    const auto* const last = static_cast<const AfterKey*>(after.get());
    KeyPage page;
    for (const UpstreamKey& key : keys_.live_keys()) {
        if (last != nullptr && number_of(key.delete_handle) >= number_of(last->delete_handle)) continue;
        if (page.keys.size() < page_size) {
            page.keys.push_back(without_windows(key));
            continue;
        }
        auto next = std::make_unique<AfterKey>();
        next->delete_handle = page.keys.back().delete_handle;
        page.next = std::move(next);
        break;
    }
    return page;
}

base::Result<std::vector<std::string>> AliasKeyProvider::find_attempts(const std::vector<SoughtAttempt>& attempts,
                                                                       const ScanPatience& patience) {
    std::vector<std::string> handles;
    for (const SoughtAttempt& attempt : attempts) {
        if (patience.stop.stop_requested()) return base::fail(base::Errc::overloaded, "told to stop");
        const auto handle = TRY(keys_.look_up(attempt.name));
        handles.push_back(handle);
    }
    return handles;
}

base::Result<UpstreamKey> AliasKeyProvider::update(const std::string& delete_handle, const KeyUpdate& change,
                                                   base::Deadline deadline) {
    auto key = TRY(keys_.update(delete_handle, change, deadline));
    return without_windows(std::move(key));
}

std::string AliasKeyProvider::secret_of(const std::string& delete_handle) const {
    const std::lock_guard lock(mutex_);
    const auto found = secrets_.find(delete_handle);
    return found == secrets_.end() ? "" : found->second;
}

}  // namespace llmapikey::test
