#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"

namespace llmapikey {

struct UpstreamKey;

// The organizer's limits on keys, as stored upstream. An empty list limits nothing.
struct Guardrail {
    std::string id;
    std::string name;
    std::string workspace_id;  // empty: not reported
    std::vector<std::string> allowed_models, ignored_models;
    std::vector<std::string> allowed_providers, ignored_providers;
    std::optional<base::MicroUsd> limit;  // for each key and interval, in addition to the key's own cap
    std::string limit_interval;           // "daily", "weekly", "monthly" or empty
    friend bool operator==(const Guardrail&, const Guardrail&) = default;
};

struct GuardedKeys {
    std::vector<std::string> delete_handles;
    std::optional<std::size_t> next_offset;  // of the next page; nullopt: this is the last page
};

// The upstream guardrail of new keys, and the keys under it. Blocking; thread-safe; fails as
// KeyProvider does.
class Guardrails {
public:
    virtual ~Guardrails() = default;
    // Returns nullopt if none is configured; Errc::not_found if no guardrail has the configured id.
    virtual base::Result<std::optional<Guardrail>> guardrail(base::Deadline deadline) = 0;
    // Returns one page of the keys under the guardrail. A page may be empty before the last one.
    // Errc::not_found: the guardrail is gone.
    virtual base::Result<GuardedKeys> guarded_page(std::size_t offset, base::Deadline deadline) = 0;
    // Returns whether any guardrail or policy applies to the key, whether assigned to it or as the
    // workspace's default. Errc::not_found: there is no such key.
    virtual base::Result<bool> is_guarded(const UpstreamKey& key, base::Deadline deadline) = 0;
    // Puts a key under the guardrail. Idempotent.
    virtual base::Result<void> guard(const std::string& delete_handle, base::Deadline deadline) = 0;
};

}  // namespace llmapikey
