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

// What the organizer lets keys do, kept upstream. An empty list does not limit anything.
struct Guardrail {
    std::string id;
    std::string name;
    std::string workspace_id;  // empty: not told
    std::vector<std::string> allowed_models, ignored_models;
    std::vector<std::string> allowed_providers, ignored_providers;
    std::optional<base::MicroUsd> limit;  // of each key, beside the key's own; in each interval
    std::string limit_interval;           // "daily", "weekly", "monthly" or empty
    friend bool operator==(const Guardrail&, const Guardrail&) = default;
};

struct GuardedKeys {
    std::vector<std::string> delete_handles;
    std::optional<std::size_t> next_offset;  // of the next page; nullopt: this is the last one
};

// The guardrail that new keys are put under, upstream, and which keys are under it. Blocking,
// thread-safe; failures as those of KeyProvider.
class Guardrails {
public:
    virtual ~Guardrails() = default;
    // Nullopt: none is configured. Errc::not_found if there is none of that id.
    virtual base::Result<std::optional<Guardrail>> guardrail(base::Deadline deadline) = 0;
    // A page of the keys under it, which can be empty also before the last. Errc::not_found: the
    // guardrail is gone.
    virtual base::Result<GuardedKeys> guarded_page(std::size_t offset, base::Deadline deadline) = 0;
    // Whether any guardrail or policy applies to this key, assigned to it or as the workspace's
    // default. Errc::not_found if there is no such key.
    virtual base::Result<bool> is_guarded(const UpstreamKey& key, base::Deadline deadline) = 0;
    // Puts a key under the guardrail; doing it twice is doing it once.
    virtual base::Result<void> guard(const std::string& delete_handle, base::Deadline deadline) = 0;
};

}  // namespace llmapikey
