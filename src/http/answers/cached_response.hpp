#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/embedded.hpp"
#include "http/security_headers.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

enum class AssetUrl {
    changes_with_content,  // may be cached for ever
    stays,                 // may be cached for a day
};

// A cached response: head and body as they are sent, in each coding (identity, brotli, gzip).
// Immutable; thread-safe.
class CachedResponse {
public:
    // Holds a file of the build. The bodies are views into the binary.
    static CachedResponse of_asset(const base::EmbeddedAsset& asset, AssetUrl url, Hsts hsts);
    // Holds a page that is made at start. It is compressed when a client first asks for that, and
    // revalidated by its ETag.
    static CachedResponse of_page(std::string html, Hsts hsts);

    // Answers 200, or 304 if the client has the current version. The views refer to this object.
    // `is_https` says how the client came.
    net::ReadyResponse answer(const net::Request& request, bool is_https) const;

private:
    // The heads of status 200 and of status 304.
    struct Heads {
        std::string whole, unchanged;
    };
    struct Coding {
        std::string_view name{};  // empty: identity
        std::string_view bytes{};
        std::string etag{};
        Heads heads[2][2]{};  // indexes: whether the client came by HTTPS, and the opener (assets have one)
    };
    struct Headers {
        std::string_view content_type, cache_control, vary;
        std::string hash;
    };
    // The bytes of a page. The bytes of an asset are the build's.
    struct Page {
        std::string html, brotli, gzip;
        std::once_flag is_compressed;
    };
    void make_heads(Coding& coding) const;
    Heads heads_of(const Coding& coding, bool is_https, Opener opener) const;
    // Assets go into shared caches, so they have one form.
    Opener opener_for(const net::Request& request) const {
        return page_ == nullptr ? Opener::possible : opener_of(request);
    }
    void compress_page() const;
    const Coding& choose(const net::Request& request) const;

    Headers headers_;
    Hsts hsts_ = Hsts::this_host;
    std::unique_ptr<Page> page_;  // null: an asset
    Coding identity_;
    mutable Coding brotli_{"br"}, gzip_{"gzip"};  // of a page: made once, under `is_compressed`
};

// Returns whether Accept-Encoding accepts `coding` (RFC 9110 section 12.5.3).
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);
// Returns whether If-None-Match names `etag` or "*", by weak comparison (RFC 9110 section 13.1.2).
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace llmapikey
