# Shared by the scripts of this folder; to be sourced. It knows where a machine's files are, whether it
# runs, how to start, enter and end it.
# shellcheck shell=bash

# Tools come from the system's packages, never from somebody's version manager.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

machine_scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repo=$(cd "$machine_scripts/../.." && pwd -P)

say() { printf 'machine %s: %s\n' "$name" "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Sets the names of everything that belongs to the chosen machine.
machine_choose() {
    ((EUID == 0)) || die "the test machine needs root (mounts, namespaces, cgroups)"
    name=${HAL0_MACHINE:-hal0}
    state=${HAL0_MACHINE_DIR:-/var/tmp/hal0-machine}
    # It becomes a host name, a folder and a cgroup; and overlay options cannot quote commas or colons.
    [[ $name =~ ^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$ && $name != cache && $name != locks ]] ||
        die "HAL0_MACHINE='$name' is no machine name: 1 to 32 of a-z, 0-9 and -, no - at either end, not 'cache' or 'locks'"
    [[ $state =~ ^/[A-Za-z0-9._/-]+$ ]] ||
        die "HAL0_MACHINE_DIR='$state' must be an absolute path of A-Z, a-z, 0-9, '.', '_', '-' and '/'"
    cache=$state/cache
    dir=$state/$name
    # What its root lies over: the host's own root, or one of another Debian in the cache.
    suite=host lower=/
    if [[ -r $dir/suite ]]; then
        read -r suite lower <"$dir/suite"
    fi
    # Machines of the same name in two state folders are two machines.
    local sum
    sum=$(cksum <<<"$state")
    cgroup=hal0-test-$name-${sum%% *}
}

# Where the machine's product is built: by the host, where the unit tests have theirs, or in the machine by the other Debian's own tools.
machine_build() {
    [[ $suite == host ]] && echo "$repo/build/test" || echo "$repo/build/machine-$suite"
}

# --- locks --------------------------------------------------------------------------------------------

held_locks=()

# hold FILE: until this shell ends, or release_last, or release.
hold() {
    local fd
    while :; do
        exec {fd}>"$1"
        flock --timeout 900 "$fd" || die "somebody has been holding $1 for 15 minutes"
        # Whoever held it may have removed the file, and then this lock is one that nobody else looks at.
        [[ $(stat --format=%i --dereference "/proc/$BASHPID/fd/$fd") == "$(stat --format=%i "$1" 2>/dev/null)" ]] && break
        exec {fd}>&-
    done
    held_locks+=("$fd")
}

release_last() {
    local fd=${held_locks[-1]}
    exec {fd}>&-
    unset 'held_locks[-1]'
}

# Also for what outlives this shell: a lock is held for as long as any process has it open.
release() {
    local fd
    for fd in "${held_locks[@]}"; do
        exec {fd}>&-
    done
    held_locks=()
}

# One up, down or reboot of a machine at a time. The lock lies beside the folder, which comes and goes.
machine_lock() {
    mkdir -p "$state/locks" "$cache"
    hold "$state/locks/$name"
}

# --- is it running? -----------------------------------------------------------------------------------

# process_start PID: prints when the process started, in clock ticks. Fails if it is gone or a zombie.
process_start() {
    local stat
    { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
    local -a fields
    read -ra fields <<<"${stat##*) }" # the name before it may hold blanks and brackets
    [[ ${fields[0]} != Z ]] && printf '%s\n' "${fields[19]}"
}

boot_id() { cat /proc/sys/kernel/random/boot_id; }

# Prints the pid of the process that holds the machine. A pid alone would soon name somebody else's
# process, so the start time and the boot have to agree too.
machine_holder() {
    local pid start boot
    [[ -r $dir/pid ]] && read -r pid start boot <"$dir/pid" || return 1
    [[ $boot == "$(boot_id)" && $(process_start "$pid") == "$start" ]] && printf '%s\n' "$pid"
}

only_child() {
    local -a children
    { read -ra children <"/proc/$1/task/$1/children"; } 2>/dev/null || ((${#children[@]})) || return 1
    ((${#children[@]} == 1)) && printf '%s\n' "${children[0]}"
}

is_named() {
    local comm
    { read -r comm <"/proc/$1/comm"; } 2>/dev/null && [[ $comm == "$2" ]]
}

# Prints the pid, as the host sees it, of the machine's systemd: unshare > systemd-nspawn > systemd.
machine_init() {
    local holder nspawn init
    holder=$(machine_holder) && nspawn=$(only_child "$holder") && is_named "$nspawn" systemd-nspawn &&
        init=$(only_child "$nspawn") && is_named "$init" systemd && printf '%s\n' "$init"
}

# --- cgroups ------------------------------------------------------------------------------------------

# nspawn makes its cgroups below the caller's: each machine gets a folder of its own, or two would meet.
cgroup_hierarchies() {
    if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
        echo /sys/fs/cgroup
    else
        local hierarchy
        for hierarchy in /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
            [[ ! -d $hierarchy ]] || echo "$hierarchy"
        done
    fi
}

join_cgroup() { # HIERARCHY CGROUP
    mkdir -p "$1/$2" && echo "$BASHPID" >"$1/$2/cgroup.procs"
}

machine_join_cgroups() {
    local hierarchy
    for hierarchy in $(cgroup_hierarchies); do
        join_cgroup "$hierarchy" "$cgroup" || die "cannot make a cgroup in $hierarchy"
    done
}

# A command run in the machine gets a cgroup inside it; podman and others look at their own.
machine_join_exec_cgroup() { # INIT
    local line
    local -a hierarchies
    mapfile -t hierarchies < <(cgroup_hierarchies) # not | head: that ends the writer by a signal, at times
    while read -r line; do
        [[ $line == 0::*/init.scope ]] || continue
        line=${line#0::}
        join_cgroup "${hierarchies[0]}" "${line%/init.scope}/exec" 2>/dev/null || true
    done <"/proc/$1/cgroup"
}

# Ends what may be left in the machine's cgroups and removes them. When this succeeds, no process is left.
machine_remove_cgroups() {
    local hierarchy tries
    for hierarchy in $(cgroup_hierarchies); do
        for ((tries = 0; tries < 200; tries++)); do
            [[ -d $hierarchy/$cgroup ]] || continue 2
            [[ ! -e $hierarchy/$cgroup/cgroup.kill ]] || echo 1 >"$hierarchy/$cgroup/cgroup.kill" || true
            find "$hierarchy/$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && continue 2
            sleep 0.05
        done
        die "machine '$name' does not end: processes are left in $hierarchy/$cgroup"
    done
}

# --- start, enter, end --------------------------------------------------------------------------------

machine_start() {
    local build
    build=$(machine_build)
    machine_remove_cgroups # of one that was killed
    # Half made, so not known to be anything: begin anew.
    if [[ ! -e $dir/prepared && -d $dir ]]; then
        find "$dir" -mindepth 1 -maxdepth 1 ! -name suite -exec rm -rf --one-file-system {} +
    fi
    mkdir -p "$dir"/{upper,work,root,containers} "$build"
    echo "$repo" >"$dir/repository"
    (
        machine_join_cgroups
        release
        # The one process that holds the machine: when it dies, the kernel removes the rest, mounts included.
        exec setsid unshare --mount --pid --fork --kill-child --mount-proc \
            "$machine_scripts/boot" "$dir" "$name" "$repo" "$lower" "$build"
    ) </dev/null >"$dir/boot.log" 2>&1 &
    local pid=$! start
    start=$(process_start "$pid") || die "the machine ended at once: $(tail -n5 "$dir/boot.log")"
    echo "$pid $start $(boot_id)" >"$dir/pid.new"
    mv "$dir/pid.new" "$dir/pid"
    machine_wait_booted
}

# Fails if the machine was started from another checkout: it would come back with this one in its place.
machine_is_ours() {
    local made_from
    [[ -r $dir/repository ]] && made_from=$(<"$dir/repository") || return 0
    [[ $made_from == "$repo" ]] || die "machine '$name' was made from $made_from: use the scripts there, or tests/machine/up --fresh here"
}

# Boot has ended when systemd has no job left; slots that load at boot count, so the bound is generous.
machine_wait_booted() {
    local deadline=$((SECONDS + ${HAL0_MACHINE_BOOT_TIMEOUT:-240})) answer
    while ((SECONDS < deadline)); do
        machine_holder >/dev/null || die "the machine ended while it booted: $(tail -n5 "$dir/boot.log")"
        if machine_init >/dev/null; then
            answer=$(machine_run timeout $((deadline - SECONDS + 1)) systemctl is-system-running --wait 2>/dev/null) || true
            case $answer in
            running | degraded)
                touch "$dir/prepared"
                [[ $answer == running ]] || say "booted, but some units failed: $(failed_units)"
                return
                ;;
            stopping) die "machine '$name' is shutting down" ;;
            esac
        fi
        sleep 0.05
    done
    die "machine '$name' did not finish booting; see $dir/boot.log, or use up --fresh"
}

failed_units() { machine_run systemctl list-units --failed --plain --no-legend | cut -d' ' -f1 | xargs; }

# Replaces this shell by a command inside the machine. The environment is the machine's, not the caller's.
machine_enter() {
    local init
    init=$(machine_init) || die "machine '$name' is not up; tests/machine/up starts it"
    machine_join_exec_cgroup "$init"
    release
    exec nsenter --target "$init" --all --wdns=/ -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root \
        LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

machine_run() { (machine_enter "$@"); }

# Ends the machine as a power cut would. Never fails for one that is not there.
machine_kill() {
    local holder
    if holder=$(machine_holder); then
        kill -KILL "$holder" 2>/dev/null || true
    fi
    machine_remove_cgroups
    rm -f "$dir/pid"
}

# Its mounts died with its namespace, so this is an ordinary folder; never cross into a mount all the same.
machine_discard() { rm -rf --one-file-system "$dir" "$dir.log"; }

# --- cache --------------------------------------------------------------------------------------------

# cached NAME COMMAND...: prints the path of a file or folder that COMMAND OUTPUT makes once for all machines.
# A subshell, so that its lock ends with it.
cached() (
    file=$cache/$1
    shift
    [[ -e $file ]] || hold "$state/locks/${file##*/}.cache"
    if [[ ! -e $file ]]; then
        new=$cache/.new.${file##*/}
        rm -rf --one-file-system "$new" # of one that was killed
        if ! "$@" "$new" >&2; then
            rm -rf --one-file-system "$new"
            return 1
        fi
        mv --no-target-directory "$new" "$file"
    fi
    printf '%s\n' "$file"
)
