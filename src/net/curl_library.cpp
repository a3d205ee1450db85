// Lazy loading of libcurl: each function below forwards its call to the library once it is loaded.
// libcurl depends on some thirty libraries (Kerberos, LDAP, SSH, a second TLS), and loading them
// would take most of the program's start time.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <cstdarg>

#include "base/system/shared_library.hpp"

namespace {

const llmapikey::base::SharedLibrary& library() {
    static const llmapikey::base::SharedLibrary loaded("libcurl.so.4", "libcurl4");
    return loaded;
}

}  // namespace

// curl.h defines these as macros that check or rename calls.
#undef curl_easy_setopt
#undef curl_easy_getinfo

extern "C" {

CURLcode curl_global_init(long flags) {
    LLMAPIKEY_FORWARD_TO(library(), curl_global_init)(flags);
}
CURL* curl_easy_init() {
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_init)();
}
void curl_easy_cleanup(CURL* handle) {
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_cleanup)(handle);
}
void curl_easy_reset(CURL* handle) {
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_reset)(handle);
}
CURLcode curl_easy_perform(CURL* handle) {
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_perform)(handle);
}
const char* curl_easy_strerror(CURLcode code) {
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_strerror)(code);
}
curl_slist* curl_slist_append(curl_slist* list, const char* text) {
    LLMAPIKEY_FORWARD_TO(library(), curl_slist_append)(list, text);
}
void curl_slist_free_all(curl_slist* list) {
    LLMAPIKEY_FORWARD_TO(library(), curl_slist_free_all)(list);
}
time_t curl_getdate(const char* text, const time_t* unused) {
    LLMAPIKEY_FORWARD_TO(library(), curl_getdate)(text, unused);
}

// Values have the type long, curl_off_t or pointer. Each is as wide as a pointer on this platform,
// and passed as one.
static_assert(sizeof(long) == sizeof(void*) && sizeof(curl_off_t) == sizeof(void*));
CURLcode curl_easy_setopt(CURL* handle, CURLoption option, ...) {
    va_list arguments;
    va_start(arguments, option);
    void* const value = va_arg(arguments, void*);
    va_end(arguments);
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_setopt)(handle, option, value);
}
CURLcode curl_easy_getinfo(CURL* handle, CURLINFO info, ...) {
    va_list arguments;
    va_start(arguments, info);
    void* const target = va_arg(arguments, void*);
    va_end(arguments);
    LLMAPIKEY_FORWARD_TO(library(), curl_easy_getinfo)(handle, info, target);
}

}  // extern "C"
