# The part of tests/bench/http that runs in the machine. usage: http_inside.bash FOLDER-OF-PROGRAMS PART...
# shellcheck shell=bash
set -euo pipefail
# shellcheck source=tests/bench/figures.bash
. "$(dirname "${BASH_SOURCE[0]}")/figures.bash"

client=$1/http_client
bad_input=$1/http_bad_input
shift
slots=/etc/hal0/slots
known=20
port=8097
url=http://127.0.0.1:8080/api/slots
work=$(mktemp -d)

# some MANY FEW: how many, or how long.
some() { if [[ ${QUICK:-} ]]; then echo "$2"; else echo "$1"; fi; }

bridge() { systemctl show --value --property=MainPID hal0-http; }
descriptors() { find "/proc/$1/fd" -mindepth 1 | wc -l; }
threads() { find "/proc/$1/task" -mindepth 1 -maxdepth 1 | wc -l; }

# with_streams COUNT COMMAND...: while so many streams are open and read.
with_streams() {
    local count=$1 pid
    shift
    coproc streams { exec "$client" streams "$count"; }
    # shellcheck disable=SC2154 # of coproc
    pid=$streams_PID
    read -r _ <&"${streams[0]}" # they are open
    "$@"
    eval "exec ${streams[1]}>&-"
    wait "$pid"
}

# --- requests -----------------------------------------------------------------------------------------

# latency: sets p50 and p99, milliseconds: the medians of several runs.
latency() {
    local i
    rm -f "$work"/p50 "$work"/p99
    for ((i = 0; i < $(some 5 3); i++)); do
        "$client" requests "$(some 2000 500)" >"$work/requests"
        at 50 <"$work/requests" >>"$work/p50"
        at 99 <"$work/requests" >>"$work/p99"
    done
    p50=$(median <"$work/p50") p99=$(median <"$work/p99")
}

# rate: sets rate, requests a second.
rate() {
    local i
    rm -f "$work/rates"
    for ((i = 0; i < $(some 5 3); i++)); do
        wrk -t1 -c16 -d"$(some 5 2)s" "$url" >"$work/wrk"
        if grep -E 'Non-2xx|Socket errors' "$work/wrk"; then failed=1; fi
        awk '/^Requests\/sec/ { print $2 }' "$work/wrk" >>"$work/rates"
    done
    rate=$(median <"$work/rates")
}

part_rate() {
    local p50 p99 rate
    latency
    rate
    figure "GET /api/slots, $known slots, one client: p50" "$p50" ms 0.5
    figure "GET /api/slots, $known slots, one client: p99" "$p99" ms 3
    figure "GET /api/slots, $known slots, 16 connections" "$rate" 1/s '>= 8000'
    # The list is kept until something changes; this has all slots in it, and is made for each request.
    "$client" requests "$(some 2000 500)" /api/status >"$work/requests"
    figure 'GET /api/status: p50' "$(at 50 <"$work/requests")" ms
    local alone_p50=$p50 alone_p99=$p99 alone_rate=$rate
    with_streams 100 latency
    with_streams 100 rate
    figure '  with 100 streams open: p50' "$p50" ms "$(awk -v v="$alone_p50" 'BEGIN { print 2 * v }')"
    figure '  with 100 streams open: p99' "$p99" ms "$(awk -v v="$alone_p99" 'BEGIN { print 2 * v }')"
    figure '  with 100 streams open: 16 connections' "$rate" 1/s ">= $(awk -v v="$alone_rate" 'BEGIN { print v / 2 }')"
}

# --- events -------------------------------------------------------------------------------------------

part_death() {
    local runs
    runs=$(some 50 5)
    printf 'port = %s\nprofile = "fault"\ndevice = "cpu"\n\n[model]\ndefault = "tiny"\n' $port >"$slots/bench-death.toml"
    systemctl daemon-reload
    "$client" death "$runs" bench-death $port >"$work/death"
    figure "container killed: the stream's frame behind systemd's signal, median of $runs" "$(at 50 <"$work/death")" ms 4
    figure "container killed: the stream's frame behind systemd's signal, p99" "$(at 99 <"$work/death")" ms
    rm "$slots/bench-death.toml"
    systemctl daemon-reload
}

# --- memory -------------------------------------------------------------------------------------------

part_memory() {
    local pid memory open tasks requests streams tries
    requests=$(some 100000 10000) streams=$(some 1000 200)
    systemctl restart hal0-http
    "$client" requests 100 >/dev/null
    "$client" churn 1
    sleep 2
    pid=$(bridge)
    memory=$(private_mb "$pid") open=$(descriptors "$pid") tasks=$(threads "$pid")
    figure 'private memory, idle, after the first requests' "$memory" MB 8
    "$client" requests "$requests" >/dev/null
    "$client" churn "$streams"
    for ((tries = 0; tries < 50 && $(descriptors "$pid") != open; tries++)); do sleep 0.1; done
    figure "after $requests requests and $streams streams: private memory more" "$(awk -v a="$memory" -v b="$(private_mb "$pid")" 'BEGIN { print b - a }')" MB 0.999
    figure '  threads more' $(($(threads "$pid") - tasks)) '' 0
    figure '  descriptors more' $(($(descriptors "$pid") - open)) '' 0
    [[ $(bridge) == "$pid" ]] || { echo 'the bridge is another one than before' && failed=1; }
}

# --- restarts -----------------------------------------------------------------------------------------

part_restarts() {
    local seconds restarts=0 pid
    seconds=$(some 60 10)
    "$client" knock "$seconds" 16 >"$work/knock" &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        systemctl restart hal0-http.service
        restarts=$((restarts + 1))
        sleep 2
    done
    wait "$pid"
    of() { awk -v what="$1" '$1 == what { print $2 }' "$work/knock"; }
    figure "16 connections, $restarts restarts in $seconds s: answered" "$(of answered)" ''
    figure '  refused connections' "$(of refused)" '' 0
    figure '  wrong answers' "$(of wrong)" '' 0
    figure '  new connections that ended without an answer' "$(of unanswered)" '' 0
    figure '  answers that were cut, and asked for again' "$(of cut)" ''
    figure '  kept connections that ended instead of the next answer' "$(of closed)" ''
}

# --- what no honest client sends ----------------------------------------------------------------------

part_input() {
    local kind worst requests answered closed wrong pid
    pid=$(bridge)
    while read -r kind what; do
        read -r worst requests answered closed wrong < <("$bad_input" "$kind") # without a line: it has failed, and said why
        figure "$what: the most another client waits, of $requests" "$(awk -v v="$worst" 'BEGIN { print v / 1000 }')" ms 50
        figure "  neither 4xx ($answered) nor closed ($closed)" "$wrong" '' 0
    done <<'END'
nothing no bad input at all
malformed malformed requests
announced 100 MB announced
sent 100 MB sent
headers 10,000 headers
slow 1,000 half requests
names names with ..%2f
utf8 invalid UTF-8
deep 100,000 brackets
numbers numbers out of range
nul null bytes
END
    [[ $(bridge) == "$pid" ]] || { echo 'the bridge is another one than before' && failed=1; }
}

# --- start, and nothing to do ---------------------------------------------------------------------------

# shellcheck disable=SC2317 # with_streams calls it
idle_with_a_slot() {
    systemctl start hal0-slot@bench-0
    sleep 5
    figure 'one slot runs, a dashboard is open: processor time over 30 s' "$(cpu_percent "$(bridge)" "$(some 30 10)")" %
    systemctl stop hal0-slot@bench-0
}

part_start() {
    local runs
    runs=$(some 20 5)
    "$client" cold "$runs" >"$work/cold"
    figure "connection to the socket until the answer, the bridge starts: median of $runs" "$(at 50 <"$work/cold")" ms
    sleep 20 # until nobody is connected, and hal0d has come to rest
    # 0.0 % with one decimal.
    figure 'idle: processor time over 30 s' "$(cpu_percent "$(bridge)" "$(some 30 10)")" % 0.049
    with_streams 1 idle_with_a_slot
}

for ((i = 0; i < known; i++)); do
    printf 'port = %s\nprofile = "fault"\ndevice = "cpu"\n' $((10000 + i)) >$slots/bench-$i.toml
done
systemctl daemon-reload
busctl call dev.hal0.Slots1 /dev/hal0/Slots1 dev.hal0.Slots1.Manager Reload
"$client" requests 1 >/dev/null
for part in "$@"; do
    case $part in
    rate) part_rate ;;
    death) part_death ;;
    memory) part_memory ;;
    restarts) part_restarts ;;
    input) part_input ;;
    start) part_start ;;
    esac
done
rm -r "$slots"/bench-*.toml "$work"
exit "$failed"
