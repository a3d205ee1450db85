#pragma once

// A shared library that is loaded when the first of its functions is called, not when the program
// starts: some bring dozens of others along, which a process that does not use them should neither
// wait for nor hold.
namespace llmapikey::base {

class SharedLibrary {
public:
    // Throws std::runtime_error, which names the Debian package to install, if it cannot be loaded.
    SharedLibrary(const char* file, const char* package);
    SharedLibrary(const SharedLibrary&) = delete;
    SharedLibrary& operator=(const SharedLibrary&) = delete;

    // The function of that name; throws likewise.
    template <class Function>
    Function* function(const char* name) const {
        return reinterpret_cast<Function*>(address(name));
    }

private:
    void* address(const char* name) const;

    const char* const file_;
    const char* const package_;
    void* handle_;  // never closed: threads may be in it when the program ends
};

}  // namespace llmapikey::base

// The body of a function of the program that has the name and the parameters of one of a library,
// but for the arguments behind it. Looked up once.
#define LLMAPIKEY_FORWARD_TO(library, name)                                  \
    static auto* const function = (library).function<decltype(name)>(#name); \
    return function
