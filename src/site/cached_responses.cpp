#include "site/cached_responses.hpp"

#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "http/answers/error_response.hpp"
#include "http/cookies.hpp"
#include "http/field_check.hpp"
#include "http/request_id.hpp"

namespace llmapikey {
namespace {

constexpr const char* page_paths[] = {"/", "/docs", "/dashboard"};

// The refusal under overload.
CachedRefusal prepare_busy(const SharedContext& shared, std::string_view accept) {
    const net::HeaderView headers[] = {{"Accept", accept}};
    net::Request request;
    request.method = "GET";
    request.headers = headers;
    const std::string id = new_request_id();
    const Context context{.request = request, .shared = shared, .request_id = id};
    return {error_response(context, 503), id, shared.settings.hsts};
}

}  // namespace

CachedResponses::CachedResponses(const Handlers& handlers, const SharedContext& shared)
    : handlers_(handlers), shared_(shared), busy_problem_(prepare_busy(shared, "application/json")) {
    const Hsts hsts = shared.settings.hsts;
    for (const base::EmbeddedAsset& asset : embedded_assets()) {
        assets_.emplace(asset.url_path, CachedResponse::of_asset(asset, AssetUrl::changes_with_content, hsts));
        if (asset.name != "favicon.svg") continue;
        assets_.emplace("/favicon.ico", CachedResponse::of_asset(asset, AssetUrl::stays, hsts));
    }
    for (const char* const path : page_paths)
        anonymous_pages_[path].route = shared.routes.number(shared.routes.find("GET", path, Part::open));
    refresh();
}

CachedResponse CachedResponses::prepare(std::string_view path) const {
    net::Request request;
    request.method = "GET";
    request.path = path;
    const Context context{.request = request, .shared = shared_};
    const Route* const page = shared_.routes.find(request, Part::open);
    return CachedResponse::of_page(page->handler(handlers_, context).body, shared_.settings.hsts);
}

void CachedResponses::refresh() {
    const std::lock_guard lock(refreshing_);
    for (auto& [path, page] : anonymous_pages_)
        page.answer.store(std::make_shared<const CachedResponse>(prepare(path)));
    busy_page_.store(std::make_shared<const CachedRefusal>(prepare_busy(shared_, "text/html")));
}

std::optional<CachedResponses::Standing> CachedResponses::find(const net::Request& request) const {
    if (request.method != "GET") return std::nullopt;
    const auto asset = assets_.find(request.path);
    if (asset != assets_.end()) return Standing{&asset->second, 0, nullptr};
    // A query asks for a notice or for the key in the snippets, and concerns only people who are
    // signed in.
    const auto page = anonymous_pages_.find(request.path);
    if (page == anonymous_pages_.end()) return std::nullopt;
    if (!find_cookie(request, session_cookie_name).empty()) return std::nullopt;
    // A query that cannot be decoded, or that holds a whole key, is refused on the usual way.
    if (!request.query.empty()) {
        const auto query = base::from_percent_encoded(request.query, /*plus_is_space=*/true);
        if (!query || !is_decodable(request.query) || holds_raw_key(*query)) return std::nullopt;
    }
    auto owner = page->second.answer.load();
    const CachedResponse* const answer = owner.get();
    return Standing{answer, page->second.route, std::move(owner)};
}

net::ReadyResponse CachedResponses::busy(bool is_json, bool is_head, bool is_https, std::string_view request_id) const {
    if (is_json) return busy_problem_.answer(is_head, is_https, request_id);
    auto page = busy_page_.load();
    net::ReadyResponse answer = page->answer(is_head, is_https, request_id);
    answer.owner = std::move(page);
    return answer;
}

}  // namespace llmapikey
