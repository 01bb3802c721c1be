#pragma once

#include "http-bridge/calls/hal0d.hpp"
#include "http-bridge/http/answer.hpp"
#include "http-bridge/journal/journal.hpp"
#include "http-bridge/json/prometheus.hpp"
#include "http-bridge/mirror/mirror.hpp"

#include <map>
#include <string>

namespace hal0::http {

/// What the routes work with; all of it is on the loop thread.
struct Context {
    bus::Loop& loop;
    Mirror& mirror;
    Hal0d& hal0d;
    Journal& journal;
    const Counters& counters;
    const std::map<std::string, Answer>& dashboard;  // path → file
    std::string openapi;                             // the document

    struct List {
        std::uint64_t version = 0;  // of the mirror
        Answer answer = {};
    };
    List list = {};  // GET /api/slots, as it was last made
};

}  // namespace hal0::http
