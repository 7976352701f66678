# shellcheck shell=bash
# shellcheck disable=SC2154 # common.sh sets what is used here.
# The browser that the checkout page is tested in: the system's Chromium.

# Sets PAYMENTCLUSTER_CHROMIUM, which the tests start.
require_chromium() {
    local how="install it (Debian: apt-get install chromium), or set PAYMENTCLUSTER_CHROMIUM to a Chromium's path"
    find_chromium && return
    install_package chromium "Chromium" "$how"
    find_chromium || die "Chromium is missing: $how"
}

find_chromium() {
    local name
    [[ -z "${PAYMENTCLUSTER_CHROMIUM-}" ]] || return 0
    for name in chromium chromium-browser google-chrome; do
        PAYMENTCLUSTER_CHROMIUM=$(command -v "$name") && { export PAYMENTCLUSTER_CHROMIUM; return 0; }
    done
    PAYMENTCLUSTER_CHROMIUM=''
    return 1
}
