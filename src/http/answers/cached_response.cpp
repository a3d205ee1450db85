#include "http/answers/cached_response.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr int brotli_quality =
    8;  // 9 takes thirty times as long and saves no byte; pages are compressed at every start

std::string to_brotli(const std::string& text) {
    std::size_t size = BrotliEncoderMaxCompressedSize(text.size());
    std::string out(size, '\0');
    const auto* input = reinterpret_cast<const std::uint8_t*>(text.data());
    auto* output = reinterpret_cast<std::uint8_t*>(out.data());
    const auto done = BrotliEncoderCompress(brotli_quality, BROTLI_MIN_WINDOW_BITS + 6, BROTLI_MODE_TEXT, text.size(),
                                            input, &size, output);
    if (done != BROTLI_TRUE) return {};
    out.resize(size);
    return out;
}

std::string to_gzip(const std::string& text) {
    z_stream stream{};
    constexpr int gzip_window = 15 + 16;  // zlib: adding 16 asks for the gzip wrapper
    if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string out(deflateBound(&stream, text.size()), '\0');
    std::string input(text);
    stream.next_in = reinterpret_cast<Bytef*>(input.data());
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return status == Z_STREAM_END ? out : std::string();
}

constexpr std::size_t index_of(Opener opener) {
    return static_cast<std::size_t>(opener);
}

// Removes the first item from a list separated by commas, and returns it.
std::string_view next_item(std::string_view& list) {
    const std::string_view item = list.substr(0, list.find(','));
    list.remove_prefix(std::min(item.size() + 1, list.size()));
    return item;
}

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
    while (!accept_encoding.empty()) {
        const std::string_view item = next_item(accept_encoding);
        const auto parameters = item.find(';');
        if (!base::equal_ignoring_case(base::trim(item.substr(0, parameters)), coding)) continue;
        if (parameters == std::string_view::npos) return true;
        const std::string_view weight = base::trim(item.substr(parameters + 1));
        const bool is_zero = base::equal_ignoring_case(weight.substr(0, 3), "q=0") &&
                             weight.find_first_of("123456789", 3) == std::string_view::npos;
        return !is_zero;
    }
    return false;
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
    while (!if_none_match.empty()) {
        std::string_view candidate = base::trim(next_item(if_none_match));
        if (candidate == "*") return true;
        if (candidate.starts_with("W/")) candidate.remove_prefix(2);
        if (candidate == etag) return true;
    }
    return false;
}

CachedResponse CachedResponse::of_asset(const base::EmbeddedAsset& asset, AssetUrl url, Hsts hsts) {
    const bool is_for_ever = url == AssetUrl::changes_with_content;
    CachedResponse answer;
    answer.hsts_ = hsts;
    answer.identity_.bytes = asset.identity;
    answer.brotli_.bytes = asset.brotli;
    answer.gzip_.bytes = asset.gzip;
    answer.headers_ = {asset.content_type,
                       is_for_ever ? "public, max-age=31536000, immutable" : "public, max-age=86400", "Accept-Encoding",
                       std::string(asset.hash)};
    for (Coding* coding : {&answer.identity_, &answer.brotli_, &answer.gzip_})
        answer.make_heads(*coding);
    return answer;
}

CachedResponse CachedResponse::of_page(std::string html, Hsts hsts) {
    CachedResponse answer;
    answer.hsts_ = hsts;
    // The same URL shows another page to people who are signed in, and the opener decides about
    // Cross-Origin-Opener-Policy.
    answer.headers_ = {"text/html; charset=utf-8", "private, no-cache",
                       "Accept-Encoding, Accept-Language, Cookie, Sec-Fetch-Site",
                       base::to_hex(base::sha256(html)).substr(0, 16)};
    answer.page_ = std::make_unique<Page>();
    answer.page_->html = std::move(html);
    answer.identity_.bytes = answer.page_->html;
    answer.make_heads(answer.identity_);
    return answer;
}

// Runs at the first request that accepts a coding: at the start it would add a tenth to the start
// time.
void CachedResponse::compress_page() const {
    page_->brotli = to_brotli(page_->html);
    page_->gzip = to_gzip(page_->html);
    brotli_.bytes = page_->brotli;
    gzip_.bytes = page_->gzip;
    for (Coding* coding : {&brotli_, &gzip_})
        make_heads(*coding);
}

void CachedResponse::make_heads(Coding& coding) const {
    coding.etag = "\"" + headers_.hash + (coding.name.empty() ? "" : "-" + std::string(coding.name)) + "\"";
    for (const bool is_https : {false, true}) {
        auto& by_opener = coding.heads[is_https];
        by_opener[index_of(Opener::possible)] = heads_of(coding, is_https, Opener::possible);
        if (page_ != nullptr) by_opener[index_of(Opener::none)] = heads_of(coding, is_https, Opener::none);
    }
}

CachedResponse::Heads CachedResponse::heads_of(const Coding& coding, bool is_https, Opener opener) const {
    Heads heads;
    net::Response response;
    response.set("ETag", coding.etag)
        .set("Cache-Control", std::string(headers_.cache_control))
        .set("Vary", std::string(headers_.vary));
    add_security_headers(response, is_https, hsts_, opener);
    response.status = 304;
    heads.unchanged = net::to_ready_head(response, std::nullopt);
    response.status = 200;
    response.set("Content-Type", std::string(headers_.content_type));
    if (!coding.name.empty()) response.set("Content-Encoding", std::string(coding.name));
    heads.whole = net::to_ready_head(response, coding.bytes.size());
    return heads;
}

const CachedResponse::Coding& CachedResponse::choose(const net::Request& request) const {
    const std::string_view accepted = request.header("accept-encoding");
    if (accepted.empty()) return identity_;
    if (page_ != nullptr) std::call_once(page_->is_compressed, [this] { compress_page(); });
    for (const Coding* coding : {&brotli_, &gzip_}) {
        const bool is_worthwhile = !coding->bytes.empty() && coding->bytes.size() < identity_.bytes.size();
        if (is_worthwhile && accepts_coding(accepted, coding->name)) return *coding;
    }
    return identity_;
}

net::ReadyResponse CachedResponse::answer(const net::Request& request, bool is_https) const {
    const Coding& coding = choose(request);
    net::ReadyResponse answer;
    const std::string_view known = request.header("if-none-match");
    answer.is_unchanged = !known.empty() && matches_etag(known, coding.etag);
    const Heads& heads = coding.heads[is_https][index_of(opener_for(request))];
    answer.head = answer.is_unchanged ? heads.unchanged : heads.whole;
    if (!answer.is_unchanged && !request.is_head) answer.body = coding.bytes;
    return answer;
}

}  // namespace llmapikey
