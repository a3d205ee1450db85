#include "base/system/core_dump.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace llmapikey::base {

// Both calls are needed: a pipe in kernel.core_pattern ignores the limit, and the flag alone is
// invisible to whoever looks at the limits. Neither call needs privileges.
void exclude_from_core_dumps() {
    rlimit limit{};
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = 0;
        setrlimit(RLIMIT_CORE, &limit);
    }
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

void allow_core_dumps() {
    rlimit limit{};
    if (getrlimit(RLIMIT_CORE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_CORE, &limit);
    }
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
}

}  // namespace llmapikey::base
