#pragma once

#include "http-bridge/journal/journal.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace hal0::http {

/// GET /api/slots/{n}/logs (http-api.md, 3): `{"name","logs","hint"?}`, the lines joined with line breaks.
nlohmann::json logs_answer(const slot::SlotName& name, const JournalPage& page);

/// A change of state (transitions()): `{"id","ts","type":"slot.state","severity","source":"hal0d","message","data":{"slot","from","to","reason"}}`. `id` is the
/// microsecond since the epoch at which the journal took it, `ts` the same in seconds.
nlohmann::json event_row(const JournalEntry& entry);
/// GET /api/events: `{"events","next_since","epoch","hint"?}`. `next_since` is what to ask for next: the highest id, or `since`.
nlohmann::json events_answer(const JournalPage& page, std::uint64_t since);
/// The frame of /api/events/stream.
std::string event_row_frame(const JournalEntry& entry);

/// What ids can be compared with: they are times, in order as long as it is the same machine's journal, over restarts and
/// reboots. So this changes with the machine id (machine-id(5), hashed as it asks for), as in a clone or a reinstalled machine, and with
/// nothing else. 32 hexadecimal digits; empty if the machine has no id.
std::string journal_epoch();

/// A line of hal0's own services (own_services()): `{"id","ts","source":"hal0","level","msg","data":{"unit","identifier","pid"}}`.
nlohmann::json journal_row(const JournalEntry& entry);
/// GET /api/journal: `{"entries","next_since","hint"?}`.
nlohmann::json journal_answer(const JournalPage& page, std::uint64_t since);
/// The frame of /api/journal/stream.
std::string journal_row_frame(const JournalEntry& entry);

}  // namespace hal0::http
