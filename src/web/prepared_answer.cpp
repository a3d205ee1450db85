#include "web/prepared_answer.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey::web {
namespace {

constexpr int brotli_quality = 9;  // 11 takes ten times as long for 3 % less: pages are compressed at every start

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
    constexpr int gzip_window = 15 + 16;  // zlib: 16 more asks for the gzip wrapper
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

}  // namespace

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
    for (const std::string_view item : base::split(accept_encoding, ',')) {
        const auto parameters = item.find(';');
        if (!base::equal_ignoring_case(base::trim(item.substr(0, parameters)), coding)) continue;
        if (parameters == std::string_view::npos) return true;
        const std::string_view weight = base::trim(item.substr(parameters + 1));
        const bool is_zero =
            weight.starts_with("q=0") && weight.find_first_of("123456789", 3) == std::string_view::npos;
        return !is_zero;
    }
    return false;
}

bool matches_etag(std::string_view if_none_match, std::string_view etag) {
    for (const std::string_view item : base::split(if_none_match, ',')) {
        std::string_view candidate = base::trim(item);
        if (candidate == "*") return true;
        if (candidate.starts_with("W/")) candidate.remove_prefix(2);
        if (candidate == etag) return true;
    }
    return false;
}

PreparedAnswer PreparedAnswer::of_asset(const base::EmbeddedAsset& asset) {
    PreparedAnswer answer;
    answer.identity_ = {"", asset.identity};
    answer.brotli_ = {"br", asset.brotli};
    answer.gzip_ = {"gzip", asset.gzip};
    answer.content_type_ = asset.content_type;
    answer.cache_control_ = "public, max-age=31536000, immutable";
    answer.vary_ = "Accept-Encoding";
    answer.hash_ = std::string(asset.hash);
    return answer;
}

PreparedAnswer PreparedAnswer::of_page(std::string html) {
    PreparedAnswer answer;
    answer.hash_ = base::to_hex(base::sha256(html)).substr(0, 16);
    answer.owned_[1] = std::make_shared<const std::string>(to_brotli(html));
    answer.owned_[2] = std::make_shared<const std::string>(to_gzip(html));
    answer.owned_[0] = std::make_shared<const std::string>(std::move(html));
    answer.identity_ = {"", *answer.owned_[0]};
    answer.brotli_ = {"br", *answer.owned_[1]};
    answer.gzip_ = {"gzip", *answer.owned_[2]};
    answer.content_type_ = "text/html; charset=utf-8";
    // The same URL shows another page to those who are signed in.
    answer.cache_control_ = "private, no-cache";
    answer.vary_ = "Accept-Encoding, Cookie";
    return answer;
}

const PreparedAnswer::Coding& PreparedAnswer::choose(const net::Request& request) const {
    const std::string_view accepted = request.header("accept-encoding");
    for (const Coding* coding : {&brotli_, &gzip_}) {
        const bool is_worthwhile = !coding->bytes.empty() && coding->bytes.size() < identity_.bytes.size();
        if (is_worthwhile && accepts_coding(accepted, coding->name)) return *coding;
    }
    return identity_;
}

net::Response PreparedAnswer::answer(const net::Request& request) const {
    const Coding& coding = choose(request);
    const std::string etag = "\"" + hash_ + (coding.name.empty() ? "" : "-" + std::string(coding.name)) + "\"";
    net::Response response;
    response.set("ETag", etag).set("Cache-Control", std::string(cache_control_)).set("Vary", std::string(vary_));
    if (matches_etag(request.header("if-none-match"), etag)) {
        response.status = 304;
        return response;
    }
    response.set("Content-Type", std::string(content_type_));
    if (!coding.name.empty()) response.set("Content-Encoding", std::string(coding.name));
    response.static_body = coding.bytes;
    return response;
}

}  // namespace llmapikey::web
