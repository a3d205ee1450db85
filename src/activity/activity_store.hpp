#pragma once

#include <map>
#include <string>
#include <vector>

#include "activity/act.hpp"
#include "base/result.hpp"

namespace llmapikey {

// What sentences call accounts and keys.
struct ActNames {
    std::map<std::string, std::string> logins;  // by account: "1001"
    std::map<std::string, std::string> hints;   // the last characters of keys, by the grant's id
};

// Reads the audit log as acts. Blocking; thread-safe; fails with Errc::store_unavailable.
class ActivityStore {
public:
    virtual ~ActivityStore() = default;
    virtual base::Result<std::vector<Act>> acts(const ActQuery& query) = 0;
    // Returns accounts on the organizer's list whose login has this part, at most `limit`.
    virtual base::Result<std::vector<GithubUserId>> find_listed(const std::string& login, int limit) = 0;
    // Returns what is known of these accounts and grants; others are left out.
    virtual base::Result<ActNames> names(const std::vector<std::string>& accounts,
                                         const std::vector<std::string>& grants) = 0;
};

}  // namespace llmapikey
