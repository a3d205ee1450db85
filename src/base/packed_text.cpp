#include "base/packed_text.hpp"

#include <zlib.h>

namespace llmapikey {
namespace {

constexpr int gzip_window = 15 + 16;  // zlib: adding 16 asks for the gzip wrapper

Bytef* bytes_of(std::string& text) {
    return reinterpret_cast<Bytef*>(text.data());
}

}  // namespace

std::string unpacked(std::string_view packed) {
    z_stream stream{};
    if (inflateInit2(&stream, gzip_window) != Z_OK) return {};
    std::string input(packed), out;
    stream.next_in = bytes_of(input);
    stream.avail_in = static_cast<uInt>(input.size());
    int status = Z_OK;
    while (status == Z_OK) {
        std::string part(16 * 1024, '\0');
        stream.next_out = bytes_of(part);
        stream.avail_out = static_cast<uInt>(part.size());
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(part, 0, part.size() - stream.avail_out);
    }
    inflateEnd(&stream);
    return status == Z_STREAM_END ? out : std::string();
}

std::string packed(std::string_view text) {
    z_stream stream{};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip_window, 8, Z_DEFAULT_STRATEGY) != Z_OK) return {};
    std::string input(text), out(deflateBound(&stream, text.size()), '\0');
    stream.next_in = bytes_of(input);
    stream.avail_in = static_cast<uInt>(input.size());
    stream.next_out = bytes_of(out);
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return status == Z_STREAM_END ? out : std::string();
}

}  // namespace llmapikey
