#pragma once

// Places at which tests kill the process, before and after each side effect of a key's life. They
// exist only in builds with LLMAPIKEY_CRASH_POINTS.
namespace llmapikey::base {

#ifdef LLMAPIKEY_CRASH_POINTS
// Ends the process by SIGKILL if the environment variable LLMAPIKEY_CRASH_AT is `name`, or is
// `name:n` and this is the n-th call with `name`. Thread-safe.
void crash_point(const char* name);
#else
inline void crash_point(const char*) {}
#endif

}  // namespace llmapikey::base
