#pragma once

#include <string>
#include <string_view>

#include "documents/documents.hpp"
#include "http/answers/page_template.hpp"
#include "http/answers/views.hpp"

namespace llmapikey {

enum class DocumentReaders { anybody, organizers };

struct DocumentView {
    Frame frame;
    const Documents& documents;
    const Document& document;
    DocumentReaders readers = DocumentReaders::anybody;
};

// What organizers can read.
struct DocumentListView {
    Frame frame;
    const Documents& documents;
};

// Returns complete HTML documents.
std::string render(const DocumentView& view);
std::string render(const DocumentListView& view);

// Sets the values of document_contents.html and document_list.html. `current`: name of the document
// that is shown; "": none.
void set_contents(Data& data, const Documents& documents, std::string_view current);

}  // namespace llmapikey
