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
    changes_with_content,  // cacheable for ever
    stays,                 // for a day
};

// An answer that is the same for all, held in memory in every coding: identity, brotli and gzip.
// Each stands there as it goes out, head and body. Immutable; thread-safe.
class CachedResponse {
public:
    // A file of the build. Bodies are views into the binary.
    static CachedResponse of_asset(const base::EmbeddedAsset& asset, AssetUrl url, Hsts hsts);
    // A page made at start; compressed when it is asked for so first, revalidated by its ETag.
    static CachedResponse of_page(std::string html, Hsts hsts);

    // 200, or 304 if the request has the same one already. Views of this object. `is_https`: how
    // the client came.
    net::ReadyResponse answer(const net::Request& request, bool is_https) const;

private:
    // Of the status 200, and of 304.
    struct Heads {
        std::string whole, unchanged;
    };
    struct Coding {
        std::string_view name{};  // empty: identity
        std::string_view bytes{};
        std::string etag{};
        Heads heads[2][2]{};  // by whether the client came by HTTPS, and by opener (of assets: one)
    };
    struct Headers {
        std::string_view content_type, cache_control, vary;
        std::string hash;
    };
    // The bytes of a page; those of an asset are the build's.
    struct Page {
        std::string html, brotli, gzip;
        std::once_flag is_compressed;
    };
    void make_heads(Coding& coding) const;
    Heads heads_of(const Coding& coding, bool is_https, Opener opener) const;
    // Assets are for every cache, and so have one form.
    Opener opener_for(const net::Request& request) const {
        return page_ == nullptr ? Opener::possible : opener_of(request);
    }
    void compress_page() const;
    const Coding& choose(const net::Request& request) const;

    Headers headers_;
    Hsts hsts_ = Hsts::this_host;
    std::unique_ptr<Page> page_;  // null: an asset
    Coding identity_;
    mutable Coding brotli_{"br"}, gzip_{"gzip"};  // of a page: made once, under its flag
};

// Whether Accept-Encoding takes `coding` (RFC 9110 section 12.5.3).
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);
// Whether If-None-Match names `etag` or "*"; weak comparison (RFC 9110 section 13.1.2).
bool matches_etag(std::string_view if_none_match, std::string_view etag);

}  // namespace llmapikey
