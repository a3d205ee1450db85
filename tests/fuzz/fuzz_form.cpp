// Bodies of forms and of the JSON API.
#include "base/encoding.hpp"
#include "expect.hpp"
#include "http/form.hpp"
#include "http/request_fields.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

void read_as(std::string_view type, std::string_view body) {
    net::Request request;
    const net::HeaderView headers[] = {{"Content-Type", type}};
    request.headers = headers;
    request.body = body;
    const auto fields = RequestFields::read(request);
    if (!fields) return;
    for (const char* name : {"reason", "ids", "github_user_id", "x"}) {
        for (const std::string& text : fields->texts(name))
            expect(base::is_text(text), "a field is text");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    Form form(text);
    for (const auto& [name, value] : form.take())
        expect(base::is_text(name) && base::is_text(value), "a field is text");
    read_as("application/x-www-form-urlencoded", text);
    read_as("application/json", text);
    return 0;
}
