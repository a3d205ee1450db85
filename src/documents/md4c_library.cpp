// Lazy loading of md4c: the function below forwards its call to the library once it is loaded, so
// that a start does not wait for a library that only documents need.
#include <md4c.h>

#include "base/system/shared_library.hpp"

extern "C" int md_parse(const MD_CHAR* text, MD_SIZE size, const MD_PARSER* parser, void* userdata) {
    static const llmapikey::base::SharedLibrary loaded("libmd4c.so.0", "libmd4c0");
    LLMAPIKEY_FORWARD_TO(loaded, md_parse)(text, size, parser, userdata);
}
