#include "base/system/crash_point.hpp"

#ifdef LLMAPIKEY_CRASH_POINTS

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string>

namespace llmapikey::base {
namespace {

struct Wish {
    std::string name;
    int times = 1;
};

Wish read_wish() {
    const char* text = std::getenv("LLMAPIKEY_CRASH_AT");
    if (text == nullptr) return {};
    const std::string whole(text);
    const auto colon = whole.find(':');
    if (colon == std::string::npos) return {whole, 1};
    return {whole.substr(0, colon), std::atoi(whole.c_str() + colon + 1)};
}

}  // namespace

void crash_point(const char* name) {
    static const Wish wish = read_wish();
    static std::atomic<int> seen{0};
    if (wish.name != name) return;
    if (++seen == wish.times) std::raise(SIGKILL);
}

}  // namespace llmapikey::base

#endif
