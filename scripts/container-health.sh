#!/usr/bin/env bash
# container-health PORT [PATH]: whether the container's process answers; with a path, whether it answers 200. The image has no curl.
set -euo pipefail
exec 3<>"/dev/tcp/$HOSTNAME/$1"
[[ -n "${2-}" ]] || exit 0
printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&3
read -r -t 5 _ code _ <&3
[[ "$code" == 200 ]]
