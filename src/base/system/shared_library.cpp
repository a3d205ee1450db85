#include "base/system/shared_library.hpp"

#include <dlfcn.h>

#include <stdexcept>
#include <string>

namespace llmapikey::base {

SharedLibrary::SharedLibrary(const char* file, const char* package)
    : file_(file), package_(package), handle_(dlopen(file, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ != nullptr) return;
    const char* const reason = dlerror();
    throw std::runtime_error(std::string("cannot load ") + file + ": " +
                             (reason != nullptr ? reason : "no reason given") + "; install the package " + package);
}

void* SharedLibrary::address(const char* name) const {
    void* const found = dlsym(handle_, name);
    if (found == nullptr)
        throw std::runtime_error(std::string(file_) + " has no " + name + "; install a newer " + package_);
    return found;
}

}  // namespace llmapikey::base
