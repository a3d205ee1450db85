#include <malloc.h>

#include <cstdio>
#include <exception>

#include "base/crypto.hpp"
#include "cli/commands.hpp"
#include "cli/printing.hpp"

int main(int argc, char** argv) {
    // glibc otherwise gives each thread an arena of its own, which none of them ever fills.
    mallopt(M_ARENA_MAX, 2);
    llmapikey::cli::hold_standard_descriptors();
    try {
        llmapikey::base::initialize_crypto();
        return llmapikey::cli::run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "llmapikey: %s\n", error.what());
        return 1;
    }
}
