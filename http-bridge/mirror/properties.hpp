#pragma once

#include "dbus-interfaces/variant_json.hpp"
#include "http-bridge/mirror/slot_record.hpp"

namespace hal0::http {

/// Takes over the properties of dev.hal0.Slots1.Slot that are in `properties`; others stay as they are. A property of another
/// type than the XML says, or one that is not known, is passed over: a newer hal0d may be on the other side.
void take_over(SlotRecord& slot, const bus::Dictionary& properties);

/// The same for dev.hal0.Slots1.Manager.
void take_over(HostRecord& host, const bus::Dictionary& properties);

}  // namespace hal0::http
