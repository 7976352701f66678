# shellcheck shell=bash disable=SC2154,SC2034
# The SDK, and building. Uses common.sh.

require_sdk() {
    local how="install the .NET 10 SDK: https://dotnet.microsoft.com/download/dotnet/10.0" directory version
    if ! command -v dotnet >/dev/null; then
        for directory in "${DOTNET_ROOT:-}" "$HOME/.dotnet" /usr/share/dotnet /usr/lib/dotnet /opt/dotnet; do
            [[ -n "$directory" && -x "$directory/dotnet" ]] || continue
            export DOTNET_ROOT="$directory" PATH="$directory:$PATH"
            break
        done
    fi
    command -v dotnet >/dev/null || die "there is no dotnet: $how"
    version=$(cd "$root" && dotnet --version 2>/dev/null) || die "no SDK here satisfies global.json: $how"
    [[ "$version" =~ ^[1-9][0-9]\. ]] || die "the SDK is $version: $how"
    say "SDK $version."
}

# build_up_to_date STAMP PROJECT…: whether nothing that a build of the projects reads changed since the stamp. Folders count too: their time
# changes with a deletion. Tests count only where they are built.
build_up_to_date() {
    local stamp="$1" folder left_out=(-name bin -o -name obj -o -type d -name '.?*')
    shift
    [[ -f "$stamp" ]] || return 1
    for folder in docs scripts TestResults bench/results; do left_out+=(-o -path "./$folder"); done
    [[ "$*" == *.sln* || "$*" == *tests/* ]] || left_out+=(-o -path ./tests)
    [[ -z "$(cd "$root" && find . \( "${left_out[@]}" \) -prune -o ! -path . ! -name '*.md' -newer "$stamp" -print -quit)" ]]
}

# build_projects CONFIGURATION PROJECT…: errors are shown, the rest goes to .local/logs/build.log. The compiler stays loaded between the
# projects, as a server of this build's own, and ends with it.
build_projects() {
    local configuration="$1" project stamp
    shift
    stamp="$local_dir/built-$configuration-$(printf '%s' "$*" | sha256sum | cut -c1-8)"
    build_up_to_date "$stamp" "$@" && return
    say "Building ($configuration) …"
    touch "$stamp.new"
    : >"$local_dir/logs/build.log"
    for project in "$@"; do
        attended dotnet build "$root/$project" -c "$configuration" -v q -nologo -clp:NoSummary -nodeReuse:false \
            -p:UseRazorBuildServer=false -p:UseSharedCompilation=true -p:SharedCompilationId="paymentcluster-$$" \
            >>"$local_dir/logs/build.log" 2>&1 || {
            grep -E ': error |error [A-Z]+[0-9]+' "$local_dir/logs/build.log" | sort -u | head -n 20 >&2 || tail -n 20 "$local_dir/logs/build.log" >&2
            die "the build failed (whole output: .local/logs/build.log)"
        }
    done
    mv -f "$stamp.new" "$stamp"
}
