// Whatever GitHub may answer.
#include "base/encoding.hpp"
#include "expect.hpp"
#include "sign_in/github_wire.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    (void)parse_exchange_answer(text);
    const auto user = parse_user(text);
    if (user) {
        expect(user->id.value > 0, "an account has an id");
        expect(!user->login.empty() && base::is_text(user->login), "a login is text");
        expect(parse_login(text) == user->login, "a login is the same to whoever asks");
    }
    for (const char c : parse_message(text))
        expect(c >= 0x20 && c < 0x7f, "a message is printable");
    return 0;
}
