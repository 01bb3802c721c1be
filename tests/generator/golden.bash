# Shared by golden_test and regenerate; to be sourced. It runs the generator on one case of golden/.
#
# A case is a folder with
#   etc/hal0/, usr/share/hal0/   what the generator reads; without usr/ it gets the shipped profiles
#   expected/                    the tree it writes: files, and links by their target; absent when there is none
#   stderr, status               what it says and its exit status; absent when empty, and 0
#   mtimes                       optional: "PATH TIME" lines, because git keeps no times (TIME as touch -d takes it)
# git keeps no empty folders either: a .gitkeep, which the generator does not look at, stands in one.
# shellcheck shell=bash

export PATH=/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C TZ=UTC

# golden_run GENERATOR PROFILES CASE WORK: leaves WORK/expected, WORK/stderr and WORK/status.
golden_run() {
    local generator=$1 profiles=$2 case=$3 work=$4 path time status=0
    mkdir -p "$work/root" "$work/expected"
    [[ ! -d $case/etc ]] || cp -a "$case/etc" "$work/root/"
    if [[ -d $case/usr ]]; then
        cp -a "$case/usr" "$work/root/"
    else
        mkdir -p "$work/root/usr/share/hal0"
        cp "$profiles" "$work/root/usr/share/hal0/profiles.toml"
    fi
    if [[ -e $case/mtimes ]]; then
        while read -r path time; do
            [[ ! $path || $path == '#'* ]] || touch --no-create --no-dereference -d "$time" "$work/root/$path"
        done <"$case/mtimes"
    fi
    env -u SYSTEMD_SCOPE -u SYSTEMD_IN_INITRD HAL0_ROOT="$work/root" \
        timeout 60 "$generator" "$work/expected" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
    echo "$status" >"$work/status"
}
