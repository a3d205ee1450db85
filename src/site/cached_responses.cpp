#include "site/cached_responses.hpp"

#include "base/encoding.hpp"
#include "documents/documents.hpp"
#include "grant/grant.hpp"
#include "http/answers/error_response.hpp"
#include "http/cookies.hpp"
#include "http/field_check.hpp"
#include "http/request_id.hpp"
#include "http/request_language.hpp"

namespace llmapikey {
namespace {

constexpr const char* page_paths[] = {"/", "/dashboard"};
// The other pages are made when they are first asked for: reading the documents would make each
// start longer.
constexpr const char* docs_path = "/docs";

// The refusal under overload.
CachedRefusal prepare_busy(const SharedContext& shared, std::string_view accept, Language language) {
    const net::HeaderView headers[] = {{"Accept", accept}, {"Accept-Language", name_of(language).code}};
    net::Request request;
    request.method = "GET";
    request.headers = headers;
    const std::string id = new_request_id();
    const Context context{.request = request, .shared = shared, .request_id = id};
    return {error_response(context, 503), id, shared.settings.hsts};
}

}  // namespace

CachedResponses::CachedResponses(const Handlers& handlers, const SharedContext& shared)
    : handlers_(handlers), shared_(shared) {
    const Hsts hsts = shared.settings.hsts;
    for (const base::EmbeddedAsset& asset : embedded_assets()) {
        assets_.emplace(asset.url_path, CachedResponse::of_asset(asset, AssetUrl::changes_with_content, hsts));
        if (asset.name != "icon-32.png") continue;
        assets_.emplace("/favicon.ico", CachedResponse::of_asset(asset, AssetUrl::stays, hsts));
    }
    const auto route_of = [&](std::string_view path) {
        return shared.routes.number(shared.routes.find("GET", path, Part::open));
    };
    for (const char* const path : page_paths) {
        anonymous_pages_[path].route = route_of(path);
        anonymous_pages_[path].is_made_at_start = true;
    }
    anonymous_pages_[docs_path].route = route_of(docs_path);
    for (const std::string& name : recipients_document_names()) {
        const std::string path = std::string(docs_path) + "/" + name;
        anonymous_pages_[path].route = route_of(path);
    }
    refresh();
}

CachedResponse CachedResponses::prepare(std::string_view path, Language language) const {
    const net::HeaderView headers[] = {{"Accept-Language", name_of(language).code}};
    net::Request request;
    request.headers = headers;
    request.method = "GET";
    request.path = path;
    const Route* const page = shared_.routes.find(request, Part::open);
    const Context context{.request = request, .shared = shared_, .path_id = *match(page->path, path)};
    return CachedResponse::of_page(page->handler(handlers_, context).body, shared_.settings.hsts);
}

void CachedResponses::refresh() {
    {
        const std::lock_guard lock(keeping_);
        ++refreshes_;
        for (auto& [path, page] : anonymous_pages_)
            for (auto& answer : page.answers)
                answer.store(nullptr);
        for (auto& page : busy_pages_)
            page.store(nullptr);
        for (auto& problem : busy_problems_)
            problem.store(nullptr);
    }
    for (const auto& [path, page] : anonymous_pages_)
        if (page.is_made_at_start) made(path, page, Language::english);
    for (const bool is_json : {false, true})
        refusal(is_json, Language::english);
}

std::shared_ptr<const CachedResponse> CachedResponses::made(std::string_view path, const Page& page,
                                                            Language language) const {
    return kept(page.answers[static_cast<std::size_t>(language)],
                [&] { return std::make_shared<const CachedResponse>(prepare(path, language)); });
}

std::shared_ptr<const CachedRefusal> CachedResponses::refusal(bool is_json, Language language) const {
    auto& places = is_json ? busy_problems_ : busy_pages_;
    return kept(places[static_cast<std::size_t>(language)], [&] {
        const std::string_view accept = is_json ? "application/json" : "text/html";
        return std::make_shared<const CachedRefusal>(prepare_busy(shared_, accept, language));
    });
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
    auto owner = made(page->first, page->second, language_of(request));
    const CachedResponse* const answer = owner.get();
    return Standing{answer, page->second.route, std::move(owner)};
}

net::ReadyResponse CachedResponses::busy(const net::Request& request, bool is_https,
                                         std::string_view request_id) const {
    auto kept_refusal = refusal(wants_json(request), language_of(request));
    net::ReadyResponse answer = kept_refusal->answer(request.is_head, is_https, request_id);
    answer.owner = std::move(kept_refusal);
    return answer;
}

}  // namespace llmapikey
