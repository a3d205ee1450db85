#pragma once

// A shared library that is loaded when its first function is called, not when the program starts.
// Some libraries load dozens of others, and a process that does not use them should not pay for
// that.
namespace llmapikey::base {

class SharedLibrary {
public:
    // Throws std::runtime_error, which names the Debian package to install, if it cannot be loaded.
    SharedLibrary(const char* file, const char* package);
    SharedLibrary(const SharedLibrary&) = delete;
    SharedLibrary& operator=(const SharedLibrary&) = delete;

    // Returns the function of that name. Throws std::runtime_error if the library has none.
    template <class Function>
    Function* function(const char* name) const {
        return reinterpret_cast<Function*>(address(name));
    }

private:
    void* address(const char* name) const;

    const char* const file_;
    const char* const package_;
    void* handle_;  // never closed: threads may be inside the library when the program ends
};

}  // namespace llmapikey::base

// The body of a wrapper function that has the same name and parameters as a function of a library.
// The arguments follow the macro. The library's function is looked up once.
#define LLMAPIKEY_FORWARD_TO(library, name)                                  \
    static auto* const function = (library).function<decltype(name)>(#name); \
    return function
