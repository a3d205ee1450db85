#include "service/bulk_revocation.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "service/audited.hpp"
#include "service/outage.hpp"

namespace llmapikey::service {
namespace {

constexpr int marked_at_once = 500;
constexpr int revoked_at_once = 200;
constexpr int revoking_threads = 4;
constexpr int bulks_at_once = 10;
constexpr std::size_t most_ids = 1000;
constexpr base::Seconds pause_after_trouble{5};

std::vector<std::string> ids_of(const std::string& selection) {
    const std::string text = fields_of_selection(selection)("ids");
    std::vector<std::string> ids;
    for (const std::string_view id : base::split(text, ','))
        if (!id.empty()) ids.emplace_back(id);
    return ids;
}

base::Result<void> check_ids(const std::vector<std::string>& ids) {
    if (ids.size() > most_ids) {
        return base::fail(base::Errc::invalid_input, "at most 1000 ids at once; use a filter for more");
    }
    const bool are_ids = std::all_of(ids.begin(), ids.end(), [](const std::string& id) { return base::is_uuid(id); });
    return are_ids ? base::Result<void>{} : base::fail(base::Errc::invalid_input, "ids must be ids of keys");
}

// Of the active grants that a selection means, the next page.
base::Result<GrantQuery> query_of(const std::string& selection, base::Timestamp now) {
    auto query = parse_grant_query(fields_of_selection(selection), now);
    if (!query) return query;
    if (query->status && *query->status != domain::GrantStatus::active) {
        return base::fail(base::Errc::invalid_input,
                          "only active keys can be revoked; those in doubt end by themselves");
    }
    query->status = domain::GrantStatus::active;
    query->limit = marked_at_once;
    return query;
}

// Works through a list with a few threads; stops at the first failure that the others would meet as well.
class Crew {
public:
    Crew(const std::vector<LedgerEntry>& entries, std::stop_token stop) : entries_(entries), stop_(std::move(stop)) {}

    template <class Work>
    base::Result<void> run(Work work) {
        const int size = std::min<int>(revoking_threads, static_cast<int>(entries_.size()));
        std::vector<std::jthread> threads;
        for (int i = 1; i < size; ++i)
            threads.emplace_back([this, &work] { take(work); });
        take(work);
        threads.clear();
        return failure_;
    }

private:
    template <class Work>
    void take(Work& work) {
        while (!has_failed_ && !stop_.stop_requested()) {
            const std::size_t i = next_++;
            if (i >= entries_.size()) return;
            const auto done = work(entries_[i]);
            if (done) continue;
            const std::lock_guard lock(mutex_);
            failure_ = done;
            has_failed_ = has_failed_ || is_outage(done.error());
        }
    }

    const std::vector<LedgerEntry>& entries_;
    const std::stop_token stop_;
    std::atomic<std::size_t> next_{0};
    std::atomic<bool> has_failed_{false};
    std::mutex mutex_;
    base::Result<void> failure_;
};

}  // namespace

std::string_view to_text(BulkState state) {
    switch (state) {
        case BulkState::selecting:
            return "selecting";
        case BulkState::revoking:
            return "revoking";
        case BulkState::done:
            return "done";
    }
    return "";
}

std::string selection_text(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string text;
    for (const auto& [name, value] : fields)
        text += (text.empty() ? "" : "&") + name + "=" + base::to_percent_encoded(value);
    return text;
}

std::string selection_of_ids(const std::vector<std::string>& grant_ids) {
    std::string ids;
    for (const std::string& id : grant_ids)
        ids += (ids.empty() ? "" : ",") + id;
    return selection_text({{"ids", ids}});
}

FieldReader fields_of_selection(const std::string& selection) {
    std::vector<std::pair<std::string, std::string>> fields;
    for (const std::string_view part : base::split(selection, '&')) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        auto value = base::from_percent_encoded(part.substr(equals + 1), /*plus_is_space=*/true);
        if (value) fields.emplace_back(std::string(part.substr(0, equals)), std::move(*value));
    }
    return [fields = std::move(fields)](std::string_view name) {
        for (const auto& [field, value] : fields)
            if (field == name) return value;
        return std::string();
    };
}

base::Result<std::int64_t> BulkRevoker::count(const std::string& selection, std::int64_t most) {
    const auto ids = ids_of(selection);
    const auto checked = check_ids(ids);
    if (!checked) return tl::unexpected(checked.error());
    if (!ids.empty()) return static_cast<std::int64_t>(ids.size());
    const auto query = query_of(selection, clock_.now());
    if (!query) return tl::unexpected(query.error());
    return grants_.count(*query, most);
}

base::Result<BulkRevocation> BulkRevoker::begin(const std::string& selection, const Initiator& by,
                                                const std::string& reason, const std::optional<domain::Hold>& hold) {
    const auto fitting = count(selection, 1);
    if (!fitting) return tl::unexpected(fitting.error());
    BulkRevocation bulk;
    bulk.id = base::random_uuid();
    bulk.by = by;
    bulk.reason = reason;
    bulk.hold = hold;
    bulk.selection = selection;
    bulk.created_at = clock_.now();
    Audited audited(audit_, clock_, by, "keys.revoke", "bulk:" + bulk.id, reason + " (" + selection + ")");
    const auto recorded = audited.begin();
    if (!recorded) return tl::unexpected(recorded.error());
    const auto created = bulks_.create(bulk);
    if (!created) return tl::unexpected(audited.failed(created.error()));
    return bulk;
}

// True: there is nothing more to mark.
base::Result<bool> BulkRevoker::mark_some(const BulkRevocation& bulk) {
    const Ending ending{bulk.by.actor, bulk.reason, bulk.hold, clock_.now(), bulk.id};
    std::vector<std::string> ids = ids_of(bulk.selection);
    const bool is_list = !ids.empty();
    if (!is_list) {
        // Relative to the decision, and not to now: what expires meanwhile was not meant.
        auto query = query_of(bulk.selection, bulk.created_at);
        if (!query) return tl::unexpected(query.error());
        const auto end = bulk.created_at + base::Seconds{1};
        query->created_before = query->created_before ? std::min(*query->created_before, end) : end;
        const auto page = grants_.list(*query);
        if (!page) return tl::unexpected(page.error());
        for (const domain::Grant& grant : page->grants)
            ids.push_back(grant.id);
    }
    const auto begun = grants_.begin_revocations(ids, ending);
    if (!begun) return tl::unexpected(begun.error());
    return is_list || ids.empty();
}

base::Result<void> BulkRevoker::revoke_some(const BulkRevocation& bulk, const std::stop_token& stop) {
    const auto ours = grants_.list_revoking("", revoked_at_once, bulk.id);
    if (!ours) return tl::unexpected(ours.error());
    if (ours->empty()) return {};
    is_busy_ = true;
    return Crew(*ours, stop).run([&](const LedgerEntry& entry) {
        return revocation_.resume(entry.grant, bulk.by, entry.reason + " (bulk " + bulk.id + ")",
                                  base::Deadline::after(call_timeout_));
    });
}

base::Result<void> BulkRevoker::advance(const BulkRevocation& bulk, const std::stop_token& stop) {
    if (bulk.state == BulkState::selecting) {
        is_busy_ = true;
        const auto is_marked = mark_some(bulk);
        if (!is_marked) return tl::unexpected(is_marked.error());
        return *is_marked ? bulks_.finish_selecting(bulk.id) : base::Result<void>{};
    }
    const auto revoked = revoke_some(bulk, stop);
    if (!revoked) return revoked;
    const auto finished = bulks_.finish(bulk.id, clock_.now());
    if (!finished) return tl::unexpected(finished.error());
    if (!*finished) return {};
    return Audited(audit_, clock_, bulk.by, "keys.revoke", "bulk:" + bulk.id, bulk.reason)
        .done(std::to_string(bulk.total) + " keys revoked");
}

std::string BulkRevoker::run_once(const std::stop_token& stop) {
    is_busy_ = false;
    if (clock_.now() < not_before_) return {};
    const auto open = bulks_.list_open(bulks_at_once);
    if (!open) return open.error().detail;
    for (const BulkRevocation& bulk : *open) {
        if (stop.stop_requested()) return {};
        const auto advanced = advance(bulk, stop);
        const std::string problem = advanced ? "" : advanced.error().detail;
        if (problem != bulk.problem) {
            const auto noted = bulks_.set_problem(bulk.id, problem);
            if (!noted) return noted.error().detail;
        }
        if (advanced) continue;
        is_busy_ = false;
        not_before_ = clock_.now() + std::max(advanced.error().retry_after, pause_after_trouble);
        return "bulk revocation " + bulk.id + ": " + problem;
    }
    return {};
}

}  // namespace llmapikey::service
