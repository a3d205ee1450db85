#pragma once

#include <string>

namespace llmapikey::base {

// A folder of its own under the system's temporary one, for its owner alone; gone with all that is
// in it when this is.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::string& path() const { return path_; }  // empty: none could be made

private:
    std::string path_;
};

}  // namespace llmapikey::base
