// A request's head and body, as the server takes them from a connection: the same whatever pieces
// they come in.
#include <boost/beast/core/flat_buffer.hpp>
#include <string>

#include "base/encoding.hpp"
#include "expect.hpp"
#include "net/http_message.hpp"

using namespace llmapikey;
using fuzz::expect;
using fuzz::text_of;

namespace {

constexpr std::uint32_t head_max = 2048;
constexpr std::uint64_t body_max = 1024;

struct Outcome {
    bool is_taken = false;
    std::string seen;  // everything that a handler would see
    std::size_t rest = 0;
    bool operator==(const Outcome&) const = default;
};

std::string seen_in(const net::Request& request) {
    std::string seen;
    for (const std::string_view part : {request.method, request.target, request.path, request.query, request.body})
        seen.append(part).append("\n");
    for (const net::HeaderView& header : request.headers)
        seen.append(header.name).append("=").append(header.value).append("\n");
    return seen;
}

void check(const net::RequestParser& parser, const net::Request& request) {
    expect(request.target.starts_with('/') && request.path.starts_with('/'), "the target is a path");
    expect(request.body.size() <= body_max, "the body is within its limit");
    const bool is_chunked = request.has_header("transfer-encoding");
    expect(!(is_chunked && request.has_header("content-length")), "a body's end is told in one way");
    expect(!is_chunked || base::equal_ignoring_case(request.header("transfer-encoding"), "chunked"),
           "no coding but chunked");
    expect(is_chunked || request.body.size() == parser.content_length().value_or(0),
           "the length is what was announced");
    for (const net::HeaderView& header : request.headers) {
        expect(!header.name.empty() && header.name.find_first_of(" \t\r\n:") == std::string_view::npos,
               "names are tokens");
        expect(header.value.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
               "values are one line");
    }
}

// `piece` bytes at a time.
Outcome receive(std::string_view text, std::size_t piece) {
    net::IncomingMessage message;
    message.begin(head_max, body_max);
    boost::beast::flat_buffer buffer;
    int blank_lines_left = 8;
    boost::system::error_code ec = boost::beast::http::error::need_more;
    while (ec == boost::beast::http::error::need_more && !text.empty()) {
        const std::string_view now = text.substr(0, piece);
        text.remove_prefix(now.size());
        buffer.commit(boost::asio::buffer_copy(buffer.prepare(now.size()), boost::asio::buffer(now)));
        if (!message.parser().got_some() && !net::skip_blank_lines(buffer, blank_lines_left)) continue;
        ec = net::parse_received(message.parser(), buffer);
    }
    if (ec || !message.parser().is_done() || !net::is_well_formed(message.parser())) return {};
    const net::Request request = message.request("127.0.0.1");
    check(message.parser(), request);
    Outcome outcome{true, seen_in(request), buffer.size() + text.size()};
    message.forget();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const Outcome whole = receive(text, text.size() + 1);
    const Outcome halves = receive(text, text.size() / 2 + 1);
    expect(whole == halves, "it is the same in two pieces");
    if (size < 512) expect(whole == receive(text, 1), "it is the same byte by byte");
    return 0;
}
