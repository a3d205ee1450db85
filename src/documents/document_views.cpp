#include "documents/document_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

constexpr unsigned contents_level_max = 3;  // headings below it are not in the contents

Data entry_data(const DocumentEntry& entry, const std::string& address, bool is_current) {
    Data headings{Data::type::list};
    for (const Heading& heading : entry.headings) {
        if (heading.level > contents_level_max) continue;
        Data item("heading_id", heading.id);
        item.set("heading", heading.text);
        headings << std::move(item);
    }
    Data data("address", address + "/" + entry.name);
    data.set("name", entry.title);
    data.set("is_current", is_current);
    data.set("has_headings", !entry.headings.empty());
    data.set("headings", std::move(headings));
    return data;
}

void set_neighbor(Data& data, Name name, const DocumentEntry* entry, const std::string& address) {
    if (entry != nullptr) data.set(name, entry_data(*entry, address, false));
}

}  // namespace

void set_contents(Data& data, const Documents& documents, std::string_view current) {
    Data groups{Data::type::list};
    for (const DocumentGroup& group : documents.groups()) {
        Data entries{Data::type::list};
        for (const DocumentEntry& entry : group.documents)
            entries << entry_data(entry, documents.address(), entry.name == current);
        Data item("group", group.title);
        std::string id;
        for (const char c : group.title)
            id += c == ' ' ? '-' : static_cast<char>(c | 0x20);  // letters and blanks only
        item.set("group_id", id);
        item.set("entries", std::move(entries));
        groups << std::move(item);
    }
    data.set("groups", std::move(groups));
    data.set("is_reading", true);
    data.set("asset_docs_css", asset_url("docs.css"));
    data.set("asset_docs_js", asset_url("docs.js"));
}

std::string render(const DocumentView& view) {
    const Document& document = view.document;
    Data data = view.readers == DocumentReaders::organizers
                    ? admin_data(view.frame, document.title, "documents")
                    : shared_page_data(view.frame, document.title, document.summary);
    set_contents(data, view.documents, document.name);
    data.set("html", Html{document.html});
    const std::string& address = view.documents.address();
    set_neighbor(data, "before", view.documents.before(document.name), address);
    set_neighbor(data, "after", view.documents.after(document.name), address);
    const bool is_for_organizers = view.readers == DocumentReaders::organizers;
    return render_template("document", data, is_for_organizers ? Language::english : view.frame.language);
}

std::string render(const DocumentListView& view) {
    Data data = admin_data(view.frame, "Documents", "documents");
    set_contents(data, view.documents, "");
    return render_template("admin_documents", data);
}

}  // namespace llmapikey
