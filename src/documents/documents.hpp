#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "documents/markdown.hpp"

namespace llmapikey {

// Values by the names of placeholders.
using PlaceholderValues = std::vector<std::pair<std::string_view, std::string>>;

// Fills in each {{name}} of a text before it is parsed. A line that needs an empty value is left
// out; a name without a value stays.
std::string fill_in(std::string_view text, const PlaceholderValues& values);

struct Document {
    std::string name;               // "start", as in its address
    std::string title;              // its heading of level 1
    std::string summary;            // its first paragraph
    std::string html;               // with that heading
    std::vector<Heading> headings;  // below it
};

// What the contents say of a document.
struct DocumentEntry {
    std::string name, title;
    std::vector<Heading> headings;
};

struct DocumentGroup {
    std::string title;  // "Programs"
    std::vector<DocumentEntry> documents;
};

// Documents for one kind of readers, in the order in which they are read. Immutable; thread-safe.
class Documents {
public:
    // Returns the text of a document as Markdown; "" if there is none.
    using TextOf = std::function<std::string(std::string_view name)>;
    // `contents` has lines "# Group" and "name …"; `address` is that of the contents: "/docs".
    Documents(std::string_view contents, std::string address, TextOf text_of);

    const std::vector<DocumentGroup>& groups() const { return groups_; }
    const std::string& address() const { return address_; }
    std::optional<Document> find(std::string_view name, const PlaceholderValues& values) const;
    // Null: there is none.
    const DocumentEntry* before(std::string_view name) const;
    const DocumentEntry* after(std::string_view name) const;

private:
    Document read(std::string_view name, const PlaceholderValues& values) const;
    std::optional<std::string> target_of(std::string_view link) const;
    std::vector<const DocumentEntry*> in_order() const;
    bool has(std::string_view name) const;

    std::string address_;
    TextOf text_of_;
    std::vector<DocumentGroup> groups_;
};

// Returns the names in `contents`, which is what the constructor takes.
std::vector<std::string> document_names(std::string_view contents);

// The documents of the build. They are read when they are first asked for, because a start should
// not wait for that; the names alone cost nothing.
std::vector<std::string> recipients_document_names();
const Documents& recipients_documents();  // web/documents
const Documents& organizers_documents();  // some of docs

}  // namespace llmapikey
