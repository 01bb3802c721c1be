#pragma once

#include "http-bridge/http/answer.hpp"

#include <map>
#include <string>

namespace hal0::http {

/// The dashboard's files, as they are served: `/` and `/dashboard/NAME`. Read once: they come with the program, and an upgrade
/// restarts it. A folder that is not there gives none.
std::map<std::string, Answer> read_dashboard(const std::string& folder);

}  // namespace hal0::http
