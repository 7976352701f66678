# shellcheck shell=bash disable=SC2154
# One temporary folder per run, for everything that a run makes: it is removed with the run, however that ends. Uses common.sh.

temporary=''

# make_temporary KIND: sets `temporary`, a folder that everybody may pass, and sends what is started from now on there for its own
# temporary files. What a killed run of the kind left behind is removed first.
make_temporary() {
    local folder
    for folder in "${TMPDIR:-/tmp}/paymentcluster-$1".????????; do
        [[ -d "$folder" ]] || continue
        owner_runs "$folder" || remove_folder "$folder"
    done
    # Not in the checkout, which PostgreSQL's user may not reach.
    temporary=$(mktemp -d "${TMPDIR:-/tmp}/paymentcluster-$1.XXXXXXXX")
    printf '%s %s\n' "$$" "$(process_started "$$")" >"$temporary/owner"
    mkdir -m 1777 "$temporary/tmp"
    chmod 755 "$temporary"
    export TMPDIR="$temporary/tmp"
}

remove_temporary() {
    [[ -n "$temporary" ]] || return 0
    remove_folder "$temporary"
    temporary=''
}

# A folder that names no owner is being made.
owner_runs() {
    local pid started
    read -r pid started 2>/dev/null <"$1/owner" || return 0
    [[ "$(process_started "$pid")" == "$started" ]]
}

# Ends the processes that have their temporary files in the folder, unmounts what is mounted in it, and removes it.
remove_folder() {
    local environment pid mount
    for environment in /proc/[0-9]*/environ; do
        grep -qzxF "TMPDIR=$1/tmp" "$environment" 2>/dev/null || continue
        pid=${environment#/proc/} pid=${pid%/environ}
        [[ "$pid" == "$$" ]] || kill -KILL "$pid" 2>/dev/null || true
    done
    while read -r _ mount _; do
        [[ "$mount" != "$1"/* ]] || umount -l "$mount" || true
    done </proc/mounts
    # Killed processes close their files a moment later.
    rm -rf "$1" 2>/dev/null || { sleep 1; rm -rf "$1"; }
}
