#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "providers/key_provider.hpp"

namespace llmapikey {

struct GuardedKeys {
    std::vector<std::string> delete_handles;
    std::optional<std::size_t> next_offset;  // of the next page; nullopt: this is the last one
};

// Which keys are under the configured guardrail, upstream. Blocking, thread-safe; failures as those
// of KeyProvider.
class GuardrailAssignments {
public:
    virtual ~GuardrailAssignments() = default;
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
