# shellcheck shell=bash disable=SC2154
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

# run_mutants [WORD…]: all of them, or those whose name contains one of the words. Sets result.
run_mutants() {
    local mutant name suite scratch seen caught=0 missed=0
    result=0
    for mutant in "$root"/tests/Mutants/*.txt; do
        name=$(basename "$mutant" .txt)
        (($# == 0)) || [[ " $* " == *" $name "* ]] || continue
        scratch=$(mktemp -d "${TMPDIR:-/tmp}/paymentcluster-mutant.XXXXXXXX")
        (cd "$root" && git ls-files -z | xargs -0 cp --parents -t "$scratch" 2>/dev/null)
        if plant "$mutant" "$scratch"; then
            for suite in $(field suite "$mutant"); do
                seen='MISSED'
                if ! dotnet build "$scratch/tests/$suite/$suite.csproj" -v q -clp:NoSummary -nologo >"$local_dir/logs/mutant-$name.log" 2>&1; then
                    seen='does not build'
                elif ! timeout 480 dotnet test "$scratch/tests/$suite/$suite.csproj" --no-build -nologo >>"$local_dir/logs/mutant-$name.log" 2>&1; then
                    seen='caught'
                fi
                [[ "$seen" == caught ]] && caught=$((caught + 1)) || { missed=$((missed + 1)) result=1; }
                say "$name ($(field what "$mutant")), $suite: $seen"
            done
        else
            missed=$((missed + 1)) result=1
            say "$name: its text is not in $(field file "$mutant") any more"
        fi
        rm -rf "$scratch"
    done
    say "$caught caught, $missed not."
}
