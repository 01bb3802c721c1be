#pragma once

#include "slot/operation_error.hpp"

#include <stdexcept>
#include <utility>

namespace hal0::bus {

/// An OperationError on its way through the tasks of an operation to the one place that replies.
class OperationFailed : public std::runtime_error {
public:
    explicit OperationFailed(slot::OperationError error) : std::runtime_error(error.message), kind_(error.kind) {}
    OperationFailed(slot::ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
    slot::ErrorKind kind() const { return kind_; }

private:
    slot::ErrorKind kind_;
};

/// The value of a result, or its error thrown.
template <class T>
T value_or_throw(slot::Result<T, slot::OperationError> result) {
    if (!result) throw OperationFailed{result.failure()};
    return *std::move(result);
}

}  // namespace hal0::bus
