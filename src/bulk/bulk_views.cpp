#include "bulk/bulk_views.hpp"

namespace llmapikey {
namespace {

Data data_of(const BulkRow& row) {
    Data data;
    data.set("bulk_id", row.id);
    data.set("state", row.state);
    data.set("created_at", row.created_at);
    data.set("ended_at", row.ended_at);
    data.set("actor", row.actor);
    data.set("reason", row.reason);
    data.set("total", row.total);
    data.set("done", row.done);
    data.set("selection", row.selection);
    set_if_any(data, "stopped", row.stopped);
    set_if_any(data, "outcome", row.outcome);
    data.set("has_keys", row.has_keys);
    set_if_any(data, "stuck", row.stuck);
    return data;
}

}  // namespace

void set_keys(Data& data, const MeantKeys& keys) {
    data.set("count", keys.count);
    data.set("number", keys.number);
    data.set("made_by", keys.made_by);
    set_if_any(data, "selection", keys.selection);
    Data named{Data::type::list};
    for (const NamedKey& key : keys.named) {
        Data item;
        item.set("word", key.login);
        item.set("cap_now", key.cap);
        item.set("is_not_last", &key != &keys.named.back());
        named << item;
    }
    data.set("named", named);
    data.set("has_named", !keys.named.empty());
    data.set("named_as", keys.named_as);
    data.set("ids", word_list(keys.ids));
    Data filters{Data::type::list};
    for (const auto& [name, value] : keys.filters) {
        Data item;
        item.set("name", name);
        item.set("value", value);
        filters << item;
    }
    data.set("filters", filters);
    data.set("is_everything", keys.is_everything);
    data.set("is_all_said", keys.is_all_said);
}

void set_progress(Data& data, const ProgressView& view) {
    data.set("is_done", view.is_done);
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    if (!view.is_done) data.set("refresh_after_ms", "1000");
    data.set("refresh_without_script", !view.is_done);
}

std::string render(const BulkConfirmView& view) {
    Data data = admin_data(view.frame, "Revoke keys", "bulk");
    set_keys(data, view.keys);
    set_if_any(data, "problem", view.problem);
    set_if_any(data, "mistake", view.mistake);
    data.set("said_reason", view.reason);
    return render_template("admin_bulk_confirm", data);
}

std::string render(const BulkProgressView& view) {
    Data data = admin_data(view.frame, view.bulk.stopped.empty() ? "Revoking keys" : "A stopped revocation", "bulk");
    data.set("bulk", data_of(view.bulk));
    data.set("is_selecting", view.is_selecting);
    data.set("is_to_begin", view.is_to_begin);
    Data stuck{Data::type::list};
    for (const StuckRow& row : view.stuck) {
        Data item;
        item.set("account_id", row.account_id);
        item.set("login_of_key", row.login);
        item.set("stuck_problem", row.problem);
        item.set("next_attempt_at", row.next_attempt_at);
        stuck << item;
    }
    data.set("stuck_rows", stuck);
    data.set("has_stuck", !view.stuck.empty());
    set_progress(data, view);
    return render_template("admin_bulk_progress", data);
}

std::string render(const BulkListView& view) {
    Data data = admin_data(view.frame, "Bulk revocations", "bulk");
    Data bulks{Data::type::list};
    for (const BulkRow& row : view.bulks)
        bulks << data_of(row);
    data.set("bulks", bulks);
    data.set("has_bulks", !view.bulks.empty());
    return render_template("admin_bulk_list", data);
}

}  // namespace llmapikey
