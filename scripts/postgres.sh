# shellcheck shell=bash disable=SC2119,SC2120,SC2154,SC2034
# (Variables are shared with common.sh, and with the scripts that read this one.)
# A private PostgreSQL cluster: loopback only, passwords required, durable settings, never run as root.
# Callers set `pg_home`, the directory that is handed over to the cluster, before anything but find_postgres.

pg_oldest=15

# find_postgres [VERSION]: sets pg_bin to the directory of the server binaries of that version, or of the newest that we can use.
find_postgres() {
    local wanted="${1-}" candidate version best=0 candidates=()
    pg_bin=''
    candidates=(/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin)
    candidate=$(command -v pg_config) && candidates+=("$("$candidate" --bindir)")
    candidate=$(command -v postgres) && candidates+=("$(dirname "$(readlink -f "$candidate")")")
    for candidate in "${candidates[@]}"; do
        [[ -x "$candidate/postgres" && -x "$candidate/initdb" && -x "$candidate/pg_ctl" && -x "$candidate/psql" ]] || continue
        version=$("$candidate/postgres" --version | sed -nE 's/^[^0-9]*([0-9]+).*/\1/p')
        [[ -z "$wanted" || "$version" == "$wanted" ]] || continue
        if [[ -n "$version" ]] && ((version >= pg_oldest && version > best)); then
            best=$version
            pg_bin=$candidate
        fi
    done
    [[ -n "$pg_bin" ]]
}

# Finds PostgreSQL, or installs it where that needs no question, or says in one line what to install.
require_postgres() {
    local how="install it (Debian: apt-get install postgresql), or set PAYMENTCLUSTER_DB to a connection string"
    find_postgres && return
    install_package postgresql "PostgreSQL $pg_oldest or newer" "$how"
    find_postgres || die "the system's PostgreSQL is older than $pg_oldest: $how"
}

# PostgreSQL refuses to run as root: root hands the cluster to a system user. Everybody else runs it as themselves.
choose_postgres_user() {
    pg_user='' pg_as=()
    ((EUID == 0)) || return 0
    for pg_user in postgres nobody; do
        id -u "$pg_user" >/dev/null 2>&1 && break
        pg_user=''
    done
    [[ -n "$pg_user" ]] || die "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody': run as an ordinary user"
    # Not runuser: it stays between us and the server, and signals end with it.
    pg_as=(setpriv "--reuid=$(id -u "$pg_user")" "--regid=$(id -g "$pg_user")" --clear-groups)
}

# place_postgres DIRECTORY FALLBACK: sets pg_home to the directory, or to the fallback if the cluster's user cannot get there (a checkout
# under /root, say). The first answer is kept, so that the data is found again.
place_postgres() {
    local wanted="$1" fallback="$2" note="$1.place"
    choose_postgres_user
    if [[ -s "$note" ]]; then
        pg_home=$(cat "$note")
    elif own_postgres_home "$wanted"; then
        pg_home=$wanted
    elif ((EUID == 0)) && mkdir -p "$(dirname "$fallback")" && chmod 755 "$(dirname "$fallback")" && own_postgres_home "$fallback"; then
        pg_home=$fallback
        say "The user $pg_user cannot reach $wanted: the database lives in $pg_home."
        printf '%s\n' "$pg_home" >"$note"
        rmdir "$wanted" 2>/dev/null || true
    else
        die "PostgreSQL's user ${pg_user:-$(id -un)} cannot use $wanted; make its parent directories passable (chmod o+x), or set PAYMENTCLUSTER_DB"
    fi
    own_postgres_home "$pg_home" || die "$pg_home cannot be used by ${pg_user:-$(id -un)}: run as the user who ran it before"
}

own_postgres_home() {
    mkdir -p "$1" 2>/dev/null || return 1
    if [[ -n "$pg_user" ]]; then
        # Made by an ordinary user's earlier start: the cluster stays that user's.
        [[ "$(stat -c %u "$1")" == 0 || "$(stat -c %U "$1")" == "$pg_user" ]] || adopt_postgres_owner "$1"
        chown "$pg_user" "$1" && chmod 700 "$1" || return 1
    fi
    (cd / && "${pg_as[@]}" test -r "$1" -a -w "$1" -a -x "$1")
}

adopt_postgres_owner() {
    pg_user=$(stat -c %U "$1")
    pg_as=(setpriv "--reuid=$(stat -c %u "$1")" "--regid=$(stat -c %g "$1")" --clear-groups)
}

pg_run() { (cd "$pg_home" && exec "${pg_as[@]}" env -u PGHOST -u PGPORT -u PGUSER -u PGDATA -u PGOPTIONS "$@" 9>&-); }

# create_postgres PASSWORD [INITDB-OPTION…]: initialises the cluster, or does it again where that was interrupted.
create_postgres() {
    local password="$1" pwfile="$pg_home/.password"
    shift
    if [[ -f "$pg_home/complete" ]]; then
        [[ -f "$pg_home/data/PG_VERSION" ]] || die "$pg_home/data is damaged: restore it, or move $pg_home away"
        find_postgres "$(cat "$pg_home/data/PG_VERSION")" ||
            die "$pg_home was made by PostgreSQL $(cat "$pg_home/data/PG_VERSION"), which is not installed any more: install it, or pg_upgrade"
        return
    fi
    rm -rf "$pg_home/data"
    (umask 077 && printf '%s\n' "$password" >"$pwfile") && { [[ -z "$pg_user" ]] || chown "$pg_user" "$pwfile"; }
    pg_run "$pg_bin/initdb" -D "$pg_home/data" -U postgres -k -E UTF8 --locale=C -A scram-sha-256 --pwfile="$pwfile" "$@" \
        >"$local_dir/logs/initdb.log" 2>&1 || { rm -f "$pwfile"; die "initdb failed: $(tail -n 1 "$local_dir/logs/initdb.log")"; }
    rm -f "$pwfile"
    printf "include_if_exists 'paymentcluster.conf'\n" >>"$pg_home/data/postgresql.conf"
    sync "$pg_home/data/postgresql.conf"
    touch "$pg_home/complete"
}

# Written at each start: a newer version of these scripts brings newer settings to an old cluster.
configure_postgres() {
    local memory_mb buffers_mb file="$pg_home/data/paymentcluster.conf"
    memory_mb=$(awk '/^MemTotal:/ { print int($2 / 1024) }' /proc/meminfo)
    buffers_mb=$((memory_mb / 8))
    ((buffers_mb >= 128)) || buffers_mb=128
    ((buffers_mb <= 1024)) || buffers_mb=1024
    cat >"$file" <<CONF
listen_addresses = '127.0.0.1'
port = $pg_port
unix_socket_directories = ''
max_connections = 400
fsync = on
synchronous_commit = on
full_page_writes = on
wal_compression = on
shared_buffers = ${buffers_mb}MB
min_wal_size = 512MB
max_wal_size = 4GB
checkpoint_timeout = 15min
jit = off
log_line_prefix = '%m [%p] '
CONF
    [[ -z "$pg_user" ]] || chown "$pg_user" "$file"
}

# A lock file that names a process which is no PostgreSQL of this directory is left over from a kill or from before a restart of the machine.
clear_stale_postgres_lock() {
    local pid lock="$pg_home/data/postmaster.pid"
    [[ -s "$lock" ]] || return 0
    pid=$(head -n 1 "$lock")
    if [[ ! "$pid" =~ ^[0-9]+$ ]] || ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$pg_home/data"; then
        rm -f "$lock"
    fi
}

# Starts the cluster and waits until it answers; sets pg_port. One that a killed script left running is stopped first.
start_postgres() {
    local attempt log="$pg_home/server.log" port_file="$pg_home/port"
    clear_stale_postgres_lock
    if pg_run "$pg_bin/pg_ctl" -D "$pg_home/data" status >/dev/null 2>&1; then
        say "Stopping the PostgreSQL that a killed start left running."
        stop_postgres
    fi
    [[ ! -s "$log" ]] || mv -f "$log" "$log.1"
    # After everything was killed, processes of the dead server may hold its shared memory for a moment.
    for attempt in 1 2 3 4 5; do
        pg_port=''
        [[ ! -s "$port_file" ]] || pg_port=$(cat "$port_file")
        if [[ -z "$pg_port" ]] || port_taken "$pg_port"; then
            pg_port=$(free_port) || die "no free port for PostgreSQL"
            printf '%s\n' "$pg_port" >"$port_file"
        fi
        configure_postgres
        if pg_run "$pg_bin/pg_ctl" -D "$pg_home/data" -l "$log" -s -w -t 120 start >/dev/null 2>&1 </dev/null; then
            pg_pid=$(head -n 1 "$pg_home/data/postmaster.pid")
            return
        fi
        ((attempt == 5)) || sleep "$attempt"
        clear_stale_postgres_lock
    done
    tail -n 5 "$log" >&2 || true
    die "PostgreSQL did not start (its log: $log)"
}

# stop_postgres [MODE]: fast unless told otherwise, and immediate if that takes too long.
stop_postgres() {
    [[ -n "${pg_home:-}" && -f "$pg_home/data/postmaster.pid" ]] || return 0
    pg_run "$pg_bin/pg_ctl" -D "$pg_home/data" -s -m "${1:-fast}" -w -t 60 stop >/dev/null 2>&1 ||
        pg_run "$pg_bin/pg_ctl" -D "$pg_home/data" -s -m immediate -w -t 30 stop >/dev/null 2>&1 || true
}

# Runs SQL from standard input as the cluster's superuser.
pg_sql() {
    local database="$1" password="$2"
    PGPASSWORD="$password" "$pg_bin/psql" -X -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$pg_port" -U postgres -d "$database" -f - >/dev/null 9>&-
}

# create_database SUPERUSER OWNER APP VAULT GATEWAY (passwords): the database, an owner who may migrate it, a login that may only work in it,
# one that may only open the vault, and one that may only find the silos.
create_database() {
    pg_sql postgres "$1" <<SQL || die "the database's roles could not be made (its log: $pg_home/server.log)"
SET client_min_messages = warning;
SELECT 'CREATE ROLE ' || r || CASE WHEN r IN ('paymentcluster_app', 'paymentcluster_vault', 'paymentcluster_gateway') THEN ' NOLOGIN' ELSE ' LOGIN' END
  FROM unnest(ARRAY['paymentcluster_app', 'paymentcluster_vault', 'paymentcluster_gateway',
      'paymentcluster_owner', 'paymentcluster', 'paymentcluster_keeper', 'paymentcluster_door']) AS r
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = r) \\gexec
ALTER ROLE paymentcluster_owner PASSWORD '$2';
ALTER ROLE paymentcluster PASSWORD '$3';
ALTER ROLE paymentcluster_keeper PASSWORD '$4';
ALTER ROLE paymentcluster_door PASSWORD '$5';
GRANT paymentcluster_app TO paymentcluster;
GRANT paymentcluster_vault TO paymentcluster_keeper;
GRANT paymentcluster_gateway TO paymentcluster_door;
SELECT 'CREATE DATABASE paymentcluster OWNER paymentcluster_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'paymentcluster') \\gexec
REVOKE ALL ON DATABASE paymentcluster FROM PUBLIC;
GRANT CONNECT ON DATABASE paymentcluster TO paymentcluster_app, paymentcluster_vault, paymentcluster_gateway;
SQL
}
