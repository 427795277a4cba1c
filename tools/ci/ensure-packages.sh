#!/usr/bin/env bash
# Debian packages for the programs that are missing: ensure-packages.sh <program>=<package> ...
# Their own services are not started: every test starts what it needs on a free port, and stops it.
set -euo pipefail

packages=()
for pair in "$@"; do
  if ! type -P "${pair%%=*}" >/dev/null && ! ls /usr/lib/postgresql/*/bin/"${pair%%=*}" >/dev/null 2>&1; then
    packages+=("${pair#*=}")
  fi
done
if [ "${#packages[@]}" -eq 0 ]; then exit 0; fi

as_root=''
if [ "$(id -u)" -ne 0 ]; then as_root='sudo -n'; fi
if ! command -v apt-get >/dev/null || ! { [ -z "$as_root" ] || $as_root true 2>/dev/null; }; then
  echo "Missing: ${packages[*]}. Install them, or run this where apt-get may (root or sudo)." >&2
  exit 1
fi

policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod +x "$policy"
  trap '$as_root rm -f "$policy"' EXIT
fi
log=$(mktemp)
if ! { $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq &&
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  exit 1
fi
echo "Installed ${packages[*]}"
