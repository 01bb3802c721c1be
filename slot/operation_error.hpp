#pragma once

#include "slot/result.hpp"
#include "slot/vocabulary.hpp"

#include <string>
#include <utility>

namespace hal0::slot {

/// Why an operation on a slot was refused or failed (design.md, 8). The words are the last part of the D-Bus error's name.
enum class ErrorKind {
    no_such_slot, slot_exists, invalid_name, invalid_config, no_such_model, no_such_profile,
    port_in_use, no_free_port, disabled, busy, not_authorized, systemd_failed, file_failed
};

template <>
inline constexpr std::array spellings<ErrorKind> = {
    Spelling<ErrorKind>{ErrorKind::no_such_slot, "NoSuchSlot"}, Spelling<ErrorKind>{ErrorKind::slot_exists, "SlotExists"},
    Spelling<ErrorKind>{ErrorKind::invalid_name, "InvalidName"}, Spelling<ErrorKind>{ErrorKind::invalid_config, "InvalidConfig"},
    Spelling<ErrorKind>{ErrorKind::no_such_model, "NoSuchModel"}, Spelling<ErrorKind>{ErrorKind::no_such_profile, "NoSuchProfile"},
    Spelling<ErrorKind>{ErrorKind::port_in_use, "PortInUse"}, Spelling<ErrorKind>{ErrorKind::no_free_port, "NoFreePort"},
    Spelling<ErrorKind>{ErrorKind::disabled, "Disabled"}, Spelling<ErrorKind>{ErrorKind::busy, "Busy"},
    Spelling<ErrorKind>{ErrorKind::not_authorized, "NotAuthorized"}, Spelling<ErrorKind>{ErrorKind::systemd_failed, "SystemdFailed"},
    Spelling<ErrorKind>{ErrorKind::file_failed, "FileFailed"}};

/// The kind is for programs, the message, one sentence, for a person.
struct OperationError {
    ErrorKind kind;
    std::string message;
    bool operator==(const OperationError&) const = default;
};

/// The most common one: what is given does not make a slot's file.
inline OperationError invalid_config(std::string message) { return {ErrorKind::invalid_config, std::move(message)}; }

}  // namespace hal0::slot
