# Shared by the benches of programs that run in the test machine; to be sourced.
# shellcheck shell=bash

# shellcheck disable=SC2034 # of whoever sources this
failed=0 # of a bench: whether it has missed a target

# figure WHAT VALUE UNIT [TARGET]: prints a line, and fails if the value misses the target: a number that is the most, or ">= N".
figure() {
    awk -v what="$1" -v value="$2" -v unit="$3" -v target="${4:-}" 'BEGIN {
        least = sub(/^>= */, "", target)
        missed = target != "" && (least ? value + 0 < target + 0 : value + 0 > target + 0)
        printf "%-72s %9.2f %-4s %s%s\n", what, value, unit, target == "" ? "" : (least ? ">= " : "<= ") target, missed ? "  MISSED" : ""
        exit missed }' || failed=1
}

# at PERCENT: reads microseconds; prints the one below which so many are, in milliseconds.
at() { sort -n | awk -v part="$1" '{ v[NR] = $1 } END { i = int(NR * part / 100 + 0.999999); print v[i < 1 ? 1 : i] / 1000 }'; }
# median: reads numbers.
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# Of a process.
cpu_ns() { awk '{ sum += $1 } END { printf "%d\n", sum }' /proc/"$1"/task/*/schedstat; }
private_mb() { awk '/^Private_/ { sum += $2 } END { print sum / 1024 }' /proc/"$1"/smaps_rollup; }
# cpu_percent PID SECONDS: what it uses in the time to come.
cpu_percent() {
    local before
    before=$(cpu_ns "$1")
    sleep "$2"
    awk -v ns=$(($(cpu_ns "$1") - before)) -v seconds="$2" 'BEGIN { print ns / seconds / 1e7 }'
}

warn_if_busy() {
    local load
    read -r load _ </proc/loadavg
    ! awk -v load="$load" -v cores="$(nproc)" 'BEGIN { exit !(load > cores / 2) }' ||
        echo "the machine is busy (load $load on $(nproc) cores): times are too long" >&2
}
