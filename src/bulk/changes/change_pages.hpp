#pragma once

#include "bulk/changes/bulk_changer.hpp"
#include "http/context.hpp"
#include "people/people_page.hpp"

namespace llmapikey {

// The console's pages of bulk changes.
struct ChangePages {
    AdminStore& admin_store;
    const base::Clock& clock;
    BulkChanger& bulk_changer;
    PeoplePage people;
    BulkChangeStore& change_store;

    net::Response confirm(const Context& context) const;
    net::Response begin(const Context& context) const;
    net::Response stop(const Context& context) const;
    net::Response retry(const Context& context) const;
    net::Response progress(const Context& context) const;
    net::Response list(const Context& context) const;
};

}  // namespace llmapikey
