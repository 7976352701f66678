# shellcheck shell=bash disable=SC2154,SC2034
# The SDK, where Orleans comes from, and building. Uses common.sh.

# Arguments for every restore, for feeds that are configured by hand: PAYMENTCLUSTER_RESTORE_ARGS="--source … -p:…"
read -ra restore_args <<<"${PAYMENTCLUSTER_RESTORE_ARGS-}"

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

# Decides by a real restore whether this machine's feeds carry Orleans, keeps the answer in .local/flavour.props (which every build reads),
# and sets flavour. Asked again when versions or feeds change, or with `always`.
probe_flavour() {
    local answer="$local_dir/flavour.props" probe="$local_dir/probe" key missing version package
    key=$(cat "$root/Directory.Packages.props" <(printf '%s\n' "${restore_args[@]}" "$(env | grep -i '^NUGET' | sort)") | sha256sum | cut -c1-16)
    if [[ "${1-}" != always && -f "$answer" ]] && grep -q "probe $key" "$answer"; then
        flavour=$(sed -nE 's:.*<OrleansFlavour>(.*)</OrleansFlavour>.*:\1:p' "$answer")
        return
    fi
    version=$(sed -nE 's:.*<OrleansVersion>(.*)</OrleansVersion>.*:\1:p' "$root/Directory.Packages.props")
    rm -rf "$probe"
    mkdir -p "$probe"
    # Empty files of these names keep the checkout's own out of the probe.
    for file in Directory.Build.props Directory.Build.targets Directory.Packages.props; do printf '<Project />\n' >"$probe/$file"; done
    {
        printf '<Project Sdk="Microsoft.NET.Sdk">\n  <PropertyGroup>\n    <TargetFramework>net10.0</TargetFramework>\n'
        printf '    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>\n  </PropertyGroup>\n  <ItemGroup>\n'
        for package in Sdk Server Client Clustering.AdoNet Persistence.AdoNet Dashboard TestingHost; do
            printf '    <PackageReference Include="Microsoft.Orleans.%s" Version="[%s]" />\n' "$package" "$version"
        done
        printf '  </ItemGroup>\n</Project>\n'
    } >"$probe/probe.csproj"
    say "Asking the package feed for Microsoft.Orleans $version …"
    if attended dotnet restore "$probe/probe.csproj" -v q "${restore_args[@]}" >"$local_dir/logs/probe.log" 2>&1; then
        flavour=packages
        say "Orleans: the packages (Microsoft.Orleans $version)."
    else
        flavour=local
        # NU1101 and NU1102: no such package or version; NU1603: another version than the one that was asked for.
        missing=$(sed -nE 's/.*(Unable to find package|but) ([A-Z][A-Za-z.]*[A-Za-z]).*( with version|No packages exist|was not found).*/\2/p' \
            "$local_dir/logs/probe.log" |
            awk '!any { any = $0 } /Orleans/ && !ours { ours = $0 } END { print ours ? ours : any }')
        if [[ -z "$missing" ]]; then
            say "Orleans: the stand-in in LocalSilo/, because the package feed could not be asked (.local/logs/probe.log)."
            # Not an answer of the feed: ask again next time.
            key=unanswered
        else
            say "Orleans: the stand-in in LocalSilo/, because the package feed lacks $missing."
        fi
    fi
    rm -rf "$probe"
    printf '<Project><!-- probe %s --><PropertyGroup><OrleansFlavour>%s</OrleansFlavour></PropertyGroup></Project>\n' "$key" "$flavour" >"$answer.new"
    mv -f "$answer.new" "$answer"
}

# build_up_to_date STAMP PROJECT…: whether nothing that a build of the projects reads changed since the stamp. Folders count too: their time
# changes with a deletion. Tests count only where they are built.
build_up_to_date() {
    local stamp="$1" folder left_out=(-name bin -o -name obj -o -type d -name '.?*')
    shift
    [[ -f "$stamp" ]] || return 1
    for folder in docs scripts TestResults bench/results; do left_out+=(-o -path "./$folder"); done
    [[ "$*" == *.sln* || "$*" == *tests/* ]] || left_out+=(-o -path ./tests)
    [[ -z "$(cd "$root" && find . \( "${left_out[@]}" \) -prune -o ! -path . ! -name '*.md' -newer "$stamp" -print -quit)" &&
        ! "$local_dir/flavour.props" -nt "$stamp" ]]
}

# build_projects CONFIGURATION PROJECT…: errors are shown, the rest goes to .local/logs/build.log. No build server stays behind.
build_projects() {
    local configuration="$1" project stamp
    shift
    stamp="$local_dir/built-$configuration-$(printf '%s' "$*" | sha256sum | cut -c1-8)"
    build_up_to_date "$stamp" "$@" && return
    say "Building ($configuration) …"
    touch "$stamp.new"
    : >"$local_dir/logs/build.log"
    for project in "$@"; do
        attended dotnet build "$root/$project" -c "$configuration" -v q -nologo -clp:NoSummary --disable-build-servers "${restore_args[@]}" \
            >>"$local_dir/logs/build.log" 2>&1 || {
            grep -E ': error |error [A-Z]+[0-9]+' "$local_dir/logs/build.log" | sort -u | head -n 20 >&2 || tail -n 20 "$local_dir/logs/build.log" >&2
            die "the build failed (whole output: .local/logs/build.log)"
        }
    done
    mv -f "$stamp.new" "$stamp"
}
