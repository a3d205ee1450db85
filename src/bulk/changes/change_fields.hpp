#pragma once

#include "bulk/changes/bulk_change.hpp"
#include "http/request_fields.hpp"

namespace llmapikey {

// Reads what a request decides on: "act", "daily_limit_usd", "reason" and which keys are meant.
// Fails with invalid_input.
base::Result<BulkChange> change_of(const RequestFields& fields, const Initiator& by);

// Reads "act".
base::Result<ChangeAct> act_of(const std::string& text);

}  // namespace llmapikey
