#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// Which of several processes does something. A lease is an economy and no lock: a process can be
// held up, so that two may hold it for a while; what is done under it must bear that. Blocking,
// thread-safe.
class Leases {
public:
    virtual ~Leases() = default;
    // Takes it, or takes it for longer. False: another one has it. One that would last longer than
    // `duration` from `now` on is over: it was taken when the time was another.
    virtual base::Result<bool> acquire(const std::string& name, const std::string& holder, base::Timestamp now,
                                       base::Seconds duration) = 0;
    virtual base::Result<void> release(const std::string& name, const std::string& holder) = 0;
};

}  // namespace llmapikey
