#include "bulk/changes/change_fields.hpp"

#include "bulk/bulk_fields.hpp"
#include "keys/key_fields.hpp"

namespace llmapikey {

base::Result<ChangeAct> act_of(const std::string& text) {
    const auto act = parse_change_act(text);
    if (act) return *act;
    return base::fail(base::Errc::invalid_input, "act must be disable, enable, cap or replace");
}

base::Result<BulkChange> change_of(const RequestFields& fields, const Initiator& by) {
    BulkChange change;
    change.act = TRY(act_of(fields.text("act")));
    const auto single = TRY(change_of(fields));
    change.cap = single.daily_limit;
    change.by = by;
    change.reason = TRY(reason_of(fields));
    change.selection = TRY(selection_of(fields));
    return change;
}

}  // namespace llmapikey
