#pragma once

#include "http-bridge/json/counters.hpp"
#include "http-bridge/json/slot_json.hpp"

#include <string>

namespace hal0::http {

/// GET /metrics, in Prometheus' text format (0.0.4). What is not known of a slot has no sample.
std::string prometheus_text(const Slots& slots, const Counters& counters);

}  // namespace hal0::http
