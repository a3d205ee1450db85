#include "keys/issuance.hpp"

namespace llmapikey {

std::string_view to_text(IssueStatus status) {
    switch (status) {
        case IssueStatus::created:
            return "created";
        case IssueStatus::exists:
            return "exists";
        case IssueStatus::in_progress:
            return "in_progress";
        case IssueStatus::queued:
            return "queued";
        case IssueStatus::sorting_out:
            return "sorting_out";
        case IssueStatus::paused:
            return "paused";
        case IssueStatus::full:
            return "full";
        case IssueStatus::on_hold:
            return "on_hold";
        case IssueStatus::no_key:
            return "no_key";
        case IssueStatus::switched_off:
            return "switched_off";
        case IssueStatus::failed:
            return "failed";
    }
    return "";
}

}  // namespace llmapikey
