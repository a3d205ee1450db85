#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace llmapikey {

// The secret in the link that makes the first admin. It is good for half an hour and until somebody
// has become admin by it. Only its hash is kept, in memory. Thread-safe.
class SetupLink {
public:
    static constexpr base::Seconds lifetime{1'800};

    explicit SetupLink(const base::Clock& clock) : clock_(clock) {}

    // Returns a new token, which is shown nowhere else. One that was made before is void.
    std::string make();
    // Returns whether the token is the latest one, and still good.
    bool is_good(std::string_view token) const;
    void end();

private:
    const base::Clock& clock_;
    mutable std::mutex mutex_;
    std::string hash_;  // empty: no token is good
    base::Timestamp made_at_;
};

}  // namespace llmapikey
