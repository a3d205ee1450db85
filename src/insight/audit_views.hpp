#pragma once

#include <string>
#include <vector>

#include "http/answers/views.hpp"

// The console's audit log as a value.
namespace llmapikey {

struct AuditRow {
    std::string sequence, at, actor, action, subject, origin, outcome, detail;
};

struct AdminAuditView {
    Frame frame;
    std::string search;             // a login or an id; empty: all entries
    std::vector<AuditRow> entries;  // the latest first
    std::string older_path;         // empty: these are all
};

// Complete HTML documents.
std::string render(const AdminAuditView& view);

}  // namespace llmapikey
