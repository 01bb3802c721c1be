#pragma once

#include <memory>
#include <utility>

namespace hal0::slot {

/// A value that never changes, held once by all that have it: a copy costs a count. Compares as the value does.
template <class Value>
class Shared {
public:
    Shared() : Shared(Value{}) {}
    Shared(Value value) : value_{std::make_shared<const Value>(std::move(value))} {}  // a value is one, too: not explicit

    const Value& operator*() const { return *value_; }
    const Value* operator->() const { return value_.get(); }
    bool operator==(const Shared& other) const { return value_ == other.value_ || *value_ == *other.value_; }

private:
    std::shared_ptr<const Value> value_;
};

}  // namespace hal0::slot
