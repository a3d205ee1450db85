#pragma once

// Places at which tests kill the process, before and after each side effect of a key's life. Only
// in builds with LLMAPIKEY_CRASH_POINTS; elsewhere they are nothing at all.
namespace llmapikey::base {

#ifdef LLMAPIKEY_CRASH_POINTS
// Ends the process by SIGKILL if the environment's LLMAPIKEY_CRASH_AT is `name`, or `name:n` and
// this is the n-th time. Thread-safe.
void crash_point(const char* name);
#else
inline void crash_point(const char*) {}
#endif

}  // namespace llmapikey::base
