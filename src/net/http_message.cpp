#include "net/http_message.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "base/authority.hpp"
#include "base/encoding.hpp"

namespace llmapikey::net {
namespace {

namespace http = boost::beast::http;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
}

void append_clean(std::string& out, std::string_view text) {
    const auto begin = out.size();
    out += text;
    if (std::any_of(text.begin(), text.end(), is_control))
        out.erase(std::remove_if(out.begin() + static_cast<std::ptrdiff_t>(begin), out.end(), is_control), out.end());
}

bool has_no_body(int status) {
    return status == 204 || status == 304 || status < 200;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
    append_clean(out, name);
    out += ": ";
    append_clean(out, value);
    out += "\r\n";
}

// Returns the date in the form of RFC 9110 section 5.6.7. Each thread formats it once a second.
const std::string& http_date(std::chrono::seconds skew) {
    thread_local std::time_t made_at = 0;
    thread_local std::string text;
    const std::time_t now = std::time(nullptr) + skew.count();
    if (now != made_at) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        char buffer[64];
        std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts);  // no locale is ever set
        text = buffer;
        made_at = now;
    }
    return text;
}

// Returns whether the length of the body is unambiguous (RFC 9112 section 6.3). Beast treats an
// unknown transfer coding as no body, and several equal lengths as one. A proxy in front may
// disagree, and bytes of a body would be taken for a request here (request smuggling).
bool is_framed_plainly(const RequestParser::value_type& message) {
    const auto codings = message.count(http::field::transfer_encoding);
    const auto lengths = message.count(http::field::content_length);
    if (codings == 0 && lengths == 0) return true;
    if (codings + lengths > 1) return false;
    if (codings == 1)
        return message.version() >= 11 && boost::beast::iequals(message[http::field::transfer_encoding], "chunked");
    const auto length = message[http::field::content_length];
    return std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The parts of an absolute-form target (RFC 9112 section 3.2.2). Clients send this form to proxies,
// and some proxies pass it on.
struct AbsoluteTarget {
    std::string_view authority;
    std::string_view rest;  // path and query
};

std::optional<AbsoluteTarget> parse_absolute(std::string_view target) {
    const auto colon = target.find(':');
    const std::string_view scheme = target.substr(0, colon);
    const bool is_http = base::equal_ignoring_case(scheme, "http") || base::equal_ignoring_case(scheme, "https");
    if (!is_http || !target.substr(colon).starts_with("://")) return std::nullopt;
    target.remove_prefix(colon + 3);
    const std::string_view authority = target.substr(0, target.find_first_of("/?#"));
    const std::string_view rest = target.substr(authority.size());
    if (!base::parse_authority(authority) || !(rest.empty() || rest.front() == '/')) return std::nullopt;
    return AbsoluteTarget{authority, rest.empty() ? "/" : rest};
}

std::string to_headers(const Response& response) {
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " ";
    head += http::obsolete_reason(http::int_to_status(static_cast<unsigned>(response.status)));
    head += "\r\n";
    for (const Header& header : response.headers)
        append_header(head, header.name, header.value);
    return head;
}

}  // namespace

void IncomingMessage::begin(std::uint32_t head_max, std::uint64_t body_max) {
    parser_.emplace(std::piecewise_construct, std::make_tuple(),
                    std::make_tuple(std::pmr::polymorphic_allocator<char>(&arena_)));
    parser_->header_limit(head_max);
    parser_->body_limit(body_max);
}

void IncomingMessage::forget() {
    headers_.clear();
    parser_.reset();
    arena_.release();
    share_ = BodyBudget::Share();
}

Request IncomingMessage::request(std::string_view peer_address) {
    auto& message = parser_->get();
    Request request;
    request.method = message.method_string();
    request.is_head = request.method == "HEAD";
    if (request.is_head) request.method = "GET";
    request.target = message.target();
    const bool is_origin_form = request.target.starts_with('/');
    const auto absolute = is_origin_form ? std::nullopt : parse_absolute(request.target);
    if (absolute) request.target = absolute->rest;
    const auto question = request.target.find('?');
    request.path = request.target.substr(0, question);
    if (question != std::string_view::npos) request.query = request.target.substr(question + 1);
    headers_.clear();
    for (const auto& field : message) {
        headers_.push_back({field.name_string(), field.value()});
        if (absolute && field.name() == http::field::host) headers_.back().value = absolute->authority;
    }
    if (absolute && message.count(http::field::host) == 0) headers_.push_back({"Host", absolute->authority});
    request.headers = headers_;
    request.body = message.body();
    request.peer_address = peer_address;
    request.is_http_1_0 = message.version() < 11;
    request.received_at = std::chrono::steady_clock::now();
    return request;
}

IncomingMessages::Lent IncomingMessages::lend() {
    if (spare_.empty()) return Lent(new IncomingMessage, Return(this));
    IncomingMessage* const message = spare_.back().release();
    spare_.pop_back();
    return Lent(message, Return(this));
}

void IncomingMessages::take_back(IncomingMessage* message) {
    constexpr std::size_t spare_max = 64;
    std::unique_ptr<IncomingMessage> owned(message);
    owned->forget();
    if (spare_.size() < spare_max) spare_.push_back(std::move(owned));
}

boost::system::error_code parse_received(RequestParser& parser, boost::beast::flat_buffer& buffer) {
    boost::system::error_code ec;
    parser.eager(true);
    while (!ec && !parser.is_done()) {
        if (buffer.size() == 0) return http::error::need_more;
        buffer.consume(parser.put(buffer.data(), ec));
    }
    return ec;
}

bool skip_blank_lines(boost::beast::flat_buffer& buffer, int& left) {
    const auto text = [&] { return std::string_view(static_cast<const char*>(buffer.data().data()), buffer.size()); };
    for (; left > 0 && text().starts_with("\r\n"); --left)
        buffer.consume(2);
    return buffer.size() > 0 && (left == 0 || text() != "\r");
}

bool is_well_formed(const RequestParser& parser) {
    const auto& message = parser.get();
    if (!message.target().starts_with('/') && !parse_absolute(message.target())) return false;
    if (!is_framed_plainly(message)) return false;
    const auto hosts = message.count(http::field::host);
    return message.version() >= 11 ? hosts == 1 : hosts <= 1;
}

std::string_view body_of(const Response& response) {
    if (has_no_body(response.status)) return {};
    return response.static_body.empty() ? std::string_view(response.body) : response.static_body;
}

HeadEnd::HeadEnd(Connection connection) {
    add("Date: ");
    add(http_date(std::chrono::seconds{0}));
    add(connection == Connection::keep ? "\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
}

std::string to_ready_head(const Response& response, std::optional<std::size_t> length) {
    std::string head = to_headers(response);
    if (length) append_header(head, "Content-Length", std::to_string(*length));
    return head;
}

std::string to_head(const Response& response, Connection connection) {
    std::string head = to_headers(response);
    append_header(head, "Date", http_date(response.misbehavior.clock_skew));
    const bool has_known_length = response.chunks.empty() && !response.producer && response.stream == nullptr;
    if (!has_known_length) {
        if (connection != Connection::close_at_end) append_header(head, "Transfer-Encoding", "chunked");
    } else if (!has_no_body(response.status)) {
        append_header(head, "Content-Length", std::to_string(body_of(response).size()));
    }
    if (connection != Connection::keep) append_header(head, "Connection", "close");
    head += "\r\n";
    return head;
}

}  // namespace llmapikey::net
