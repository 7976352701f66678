# shellcheck shell=bash disable=SC2154
# The processes of ./run: started in groups of their own, watched, and stopped in the reverse order. Uses common.sh.

child_names=()
child_pids=()

# start_child NAME PREFIX COMMAND…: its output goes to .local/logs/NAME.log and, behind the prefix, to the terminal.
start_child() {
    local name="$1" prefix="$2" log="$local_dir/logs/$1.log"
    shift 2
    [[ ! -s "$log" ]] || mv -f "$log" "$log.1"
    setsid "$@" 9>&- </dev/null > >(exec 9>&-; setsid tee -ip "$log" | setsid sed -u "s/^/$prefix/") 2>&1 &
    child_names+=("$name")
    child_pids+=("$!")
    remember_process "$name" "$!"
}

# watch_process NAME PID: counts as a child that ends when that process does.
watch_process() {
    (
        trap - EXIT INT TERM HUP
        until process_gone "$2" || process_gone "$$"; do sleep 1; done
    ) 9>&- >/dev/null 2>&1 &
    child_names+=("$1")
    child_pids+=("$!")
}

# The name and the exit code of a child that has ended, if one has.
ended_child() {
    local index code
    for index in "${!child_pids[@]}"; do
        process_gone "${child_pids[index]}" || continue
        code=0
        wait "${child_pids[index]}" || code=$?
        printf '%s ended with code %s' "${child_names[index]}" "$code"
        return 0
    done
    return 1
}

# wait_ready NAME PORT PATH: until it answers 200. Fails at once when any child ends.
wait_ready() {
    local name="$1" port="$2" path="$3" deadline=$((SECONDS + 120)) ended answer
    until answer=$(http GET "$port" "$path") && [[ "${answer%%$'\n'*}" == 200 ]]; do
        if ended=$(ended_child); then die "$ended while starting (.local/logs/${ended%% *}.log)"; fi
        ((SECONDS < deadline)) || die "$name was not ready after 120 s (.local/logs/$name.log): ${answer:-no answer}"
        pause 0.2
    done
}

# wait_port NAME PORT: until a process listens there.
wait_port() {
    local name="$1" port="$2" deadline=$((SECONDS + 120)) ended
    until port_taken "$port"; do
        if ended=$(ended_child); then die "$ended while starting (.local/logs/${ended%% *}.log)"; fi
        ((SECONDS < deadline)) || die "$name did not listen on port $port within 120 s (.local/logs/$name.log)"
        pause 0.2
    done
}

# Unlike a bare `sleep`, ends at once when this script is told to stop.
pause() {
    sleep "$1" 9>&- &
    wait "$!" || true
}

# Returns when any child has ended.
wait_for_children() {
    wait -n "${child_pids[@]}" || true
}

forget_child() {
    local index
    for index in "${!child_names[@]}"; do
        [[ "${child_names[index]}" == "$1" ]] || continue
        unset "child_names[index]" "child_pids[index]"
    done
}

stop_children() {
    local index indexes=("${!child_pids[@]}")
    ((${#child_pids[@]} > 0)) || return 0
    for ((index = ${#indexes[@]} - 1; index >= 0; index--)); do
        end_process "${child_pids[indexes[index]]}" 40
    done
    child_names=() child_pids=()
    rm -f "$local_dir/processes"
}
