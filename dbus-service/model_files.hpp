#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/task.hpp"
#include "dbus-service/worker.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace hal0::service {

/// What the disk says of the models' files. On a thread of its own: a store may be a network's, and hang.
class ModelFiles {
public:
    using Rows = std::vector<nlohmann::json>;

    /// @param root is put before every path
    /// Throws std::system_error.
    ModelFiles(bus::Loop& loop, std::string root) : loop_(loop), root_(std::move(root)), worker_(loop) {}

    /// The registry's rows (slot/model_rows.hpp) with `installed` and, where a row has none, `size_bytes`; without both if the store
    /// does not answer in time.
    bus::Task<Rows> look_at(Rows rows, std::string store);

private:
    struct Look;
    void begin(const std::shared_ptr<Look>& look, std::string store);

    bus::Loop& loop_;
    const std::string root_;
    int waiting_ = 0;
    Worker worker_;
};

}  // namespace hal0::service
