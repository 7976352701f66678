# shellcheck shell=bash disable=SC2154
# Shared by ./run and ./test: messages, secrets, ports, HTTP to our own processes, and processes that outlive a killed script.

# The scripts that read this one set `root`, the checkout.
# Where this checkout keeps what it makes: database, secrets, logs. Nothing in it is in version control.
local_dir="$root/.local"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

say() { printf '%s\n' "$*"; }

# A failure is one line that says what to do. Exit code 1: it could not be done; 2: it was asked for wrongly.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

usage_error() {
    printf '%s: %s (see --help)\n' "${0##*/}" "$*" >&2
    exit 2
}

prepare_local_dir() {
    mkdir -p "$local_dir/logs" || die "cannot write to $local_dir"
    chmod 755 "$local_dir"
    chmod 700 "$local_dir/logs"
}

# One ./run or ./test of a kind per checkout. The lock goes with the process, however that ends: children must be started with `9>&-`.
take_lock() {
    local name="$1" holder
    exec 9<>"$local_dir/$name.lock"
    if ! flock -n 9; then
        read -r holder <&9 || true
        die "another ./$name of this directory is running (process ${holder:-unknown})"
    fi
    : >"$local_dir/$name.lock"
    printf '%s\n' "$$" >&9
}

random_base64() { head -c "$1" /dev/urandom | base64 -w0; }

random_hex() { head -c "$1" /dev/urandom | od -An -vtx1 | tr -d ' \n'; }

# write_secret FILE VALUE: whole or not at all, readable by its owner alone.
write_secret() {
    local file="$1" value="$2" temporary="$1.new"
    (umask 077 && printf '%s\n' "$value" >"$temporary") && sync "$temporary" && mv -f "$temporary" "$file"
}

# keep_secret FILE COMMAND…: makes the secret once, and prints it.
keep_secret() {
    local file="$1"
    shift
    [[ -s "$file" ]] || write_secret "$file" "$("$@")" || return 1
    cat "$file"
}

# Read from /proc, because a bare machine has no `ss`.
port_taken() {
    local hex tables=()
    hex=$(printf ':%04X' "$1")
    for table in /proc/net/tcp /proc/net/tcp6; do
        [[ -r "$table" ]] && tables+=("$table")
    done
    awk -v port="$hex" '$4 == "0A" && substr($2, length($2) - 4) == port { found = 1 } END { exit !found }' "${tables[@]}"
}

valid_port() { [[ "$1" =~ ^[1-9][0-9]{0,4}$ ]] && (($1 <= 65535)); }

# A free port below the range from which the kernel takes the ports of outgoing connections.
free_port() {
    local port
    for _ in {1..200}; do
        port=$((20000 + (RANDOM * 32768 + RANDOM) % 10000))
        port_taken "$port" || {
            printf '%s' "$port"
            return
        }
    done
    return 1
}

# http METHOD PORT PATH [BODY] [HEADER…]: prints the status line's code, and then the body. HTTP/1.0, so that nothing comes in chunks.
# Needs no curl, which a bare machine lacks.
http() {
    local method="$1" port="$2" path="$3" body="${4-}" header reply
    shift $(($# < 4 ? $# : 4))
    {
        exec 7<>"/dev/tcp/127.0.0.1/$port"
    } 2>/dev/null || return 1
    {
        printf '%s %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nConnection: close\r\n' "$method" "$path" "$port"
        for header in "$@"; do printf '%s\r\n' "$header"; done
        [[ -z "$body" ]] || printf 'Content-Type: application/json\r\n'
        printf 'Content-Length: %s\r\n\r\n%s' "$(LC_ALL=C; printf '%s' "${#body}")" "$body"
    } >&7 2>/dev/null || true
    reply=$(timeout 30 cat <&7 | tr -d '\0') || true
    exec 7>&- 7<&-
    [[ -n "$reply" ]] || return 1
    reply=${reply//$'\r'/}
    printf '%s\n' "$(printf '%s' "${reply%%$'\n'*}" | cut -d' ' -f2)"
    printf '%s\n' "${reply#*$'\n\n'}"
}

# json_text NAME: the first text member of that name in the JSON on standard input.
json_text() { tr -d '\n' | sed -nE "s/.*\"$1\"[[:space:]]*:[[:space:]]*\"([^\"]*)\".*/\1/p"; }

# When a process started, in clock ticks since boot: with its id that names one process for ever.
process_started() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    stat=${stat##*) }
    awk '{ print $20 }' <<<"$stat"
}

# remember_process NAME PID: so that the next start can end what a killed script left behind.
remember_process() { printf '%s %s %s\n' "$1" "$2" "$(process_started "$2")" >>"$local_dir/processes"; }

end_leftovers() {
    local name pid started
    [[ -f "$local_dir/processes" ]] || return 0
    while read -r name pid started; do
        [[ -n "$started" && "$(process_started "$pid")" == "$started" ]] || continue
        process_gone "$pid" && continue
        say "Ending $name (process $pid), left over from a start that was killed."
        end_process "$pid"
    done <"$local_dir/processes"
    rm -f "$local_dir/processes"
}

process_gone() {
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    stat=${stat##*) }
    [[ "$stat" == Z* ]]
}

# end_process PID [SECONDS]: asks, waits, then kills.
end_process() {
    local pid="$1" tries=$((${2:-20} * 10))
    kill -TERM "$pid" 2>/dev/null || return 0
    while ((tries-- > 0)); do
        process_gone "$pid" && return 0
        sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
}

# attended COMMAND…: runs a long command so that a signal to this script ends it at once; bash would wait for it to finish.
attended_pid=''
attended() {
    local code=0
    setsid "$@" 9>&- </dev/null &
    attended_pid=$!
    wait "$attended_pid" || code=$?
    # What it started and left running goes with it.
    end_attended
    attended_pid=''
    return "$code"
}

end_attended() {
    [[ -z "$attended_pid" ]] || kill -TERM -- "-$attended_pid" 2>/dev/null || true
    # The compiler's server (build.sh) listens here, wherever TMPDIR leads, and leaves it behind.
    rm -f "/tmp/paymentcluster-$$"
}

# Installs a package of Debian's that is missing. Arguments: the package, what people call it, what else they can do.
install_package() {
    local package=$1 name=$2 how=$3 as_root=()
    command -v apt-get >/dev/null || die "$name is missing: $how"
    if ((EUID != 0)); then
        { command -v sudo && sudo -n true; } >/dev/null 2>&1 || die "$name is missing: $how"
        as_root=(sudo -n)
    fi
    say "$name is missing: installing Debian's package (apt-get install $package) …"
    as_root+=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -qq)
    # Package lists are often absent in a container, and then the first try fails at once.
    "${as_root[@]}" install -y --no-install-recommends "$package" >"$local_dir/logs/apt-$package.log" 2>&1 ||
        { "${as_root[@]}" update && "${as_root[@]}" install -y --no-install-recommends "$package"; } >>"$local_dir/logs/apt-$package.log" 2>&1 ||
        die "$name could not be installed (see .local/logs/apt-$package.log): $how"
}
