# shellcheck shell=bash disable=SC2154,SC2034
# Deliberate mistakes, each made in a scratch copy: the tests that guard against it must turn red. Uses common.sh.
# A mistake is a file in tests/Mutants: what it is, the file, the text there, what it becomes, and the projects that must see it.

# field NAME FILE: the text after "NAME: ".
field() { sed -nE "s/^$1: ?(.*)$/\1/p" "$2"; }

# plant MUTANT SCRATCH: makes the mistake; fails if the text is not there any more.
plant() {
    local file from to text
    file="$2/$(field file "$1")" from=$(field from "$1") to=$(field to "$1")
    text=$(cat "$file" && printf x)
    [[ "$text" == *"$from"* ]] || return 1
    text=${text/"$from"/"$to"}
    printf '%s' "${text%x}" >"$file"
}

# chosen_mutants SUITE WORD…: the mistakes that the suite must see; all of them, or those that are named.
chosen_mutants() {
    local suite="$1" mutant
    shift
    for mutant in "$root"/tests/Mutants/*.txt; do
        [[ " $(field suite "$mutant") " == *" $suite "* ]] || continue
        (($# == 0)) || [[ " $* " == *" $(basename "$mutant" .txt) "* ]] || continue
        printf '%s\n' "$mutant"
    done
}

# try_mutant MUTANT SUITE SCRATCH: says what became of it. Only what the suite needs is built, and of that only what the mistake touches.
try_mutant() {
    local mutant="$1" suite="$2" scratch="$3" name log code=0 seen='MISSED' sign=''
    name=$(basename "$mutant" .txt) log="$local_dir/logs/mutant-$name-$suite.log"
    if ! plant "$mutant" "$scratch"; then
        seen="its text is not in $(field file "$mutant") any more"
    elif ! dotnet build "$scratch/tests/$suite/$suite.csproj" -v q -clp:NoSummary -nologo \
        -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false >"$log" 2>&1; then
        seen='does not build'
    else
        timeout 1200 dotnet test "$scratch/tests/$suite/$suite.csproj" --no-build -nologo >>"$log" 2>&1 || code=$?
        # A suite that is too slow has seen nothing.
        case "$code" in
            0) ;;
            124) seen='did not finish' ;;
            *) seen='caught' sign=$(grep -oE -m 1 'Seed [0-9]+ breaks I[0-9]+' "$log" || true) ;;
        esac
    fi
    cp "$root/$(field file "$mutant")" "$scratch/$(field file "$mutant")"
    say "$name ($(field what "$mutant")), $suite: $seen${sign:+, ${sign,}}"
    [[ "$seen" == caught ]]
}

# run_mutants [WORD…]: all of them, or those that are named. One copy serves all that a suite must see. Sets result.
run_mutants() {
    local suite mutant scratch caught=0 missed=0
    scratch=$(mktemp -d "${TMPDIR:-/tmp}/paymentcluster-mutants.XXXXXXXX")
    (cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$scratch" 2>/dev/null)
    for suite in $(for mutant in "$root"/tests/Mutants/*.txt; do field suite "$mutant"; done | tr ' ' '\n' | sort -u); do
        while IFS= read -r mutant; do
            if try_mutant "$mutant" "$suite" "$scratch" </dev/null; then caught=$((caught + 1)); else missed=$((missed + 1)); fi
        done < <(chosen_mutants "$suite" "$@")
    done
    rm -rf "$scratch"
    result=$((missed > 0))
    say "$caught caught, $missed not."
}
