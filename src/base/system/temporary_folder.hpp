#pragma once

#include <string>

namespace llmapikey::base {

// A new folder under the system's temporary folder that only its owner can read. The destructor
// deletes it with its content.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }  // empty: the folder could not be made

private:
    std::string path_;
};

}  // namespace llmapikey::base
