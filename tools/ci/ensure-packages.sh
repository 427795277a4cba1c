#!/usr/bin/env bash
# Debian packages for the programs that are missing.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: ensure-packages.sh [--dry-run] <program>=<package> ...

Installs each package whose program is not there, as root or by sudo. Their own services are not started: every test starts what it
needs on a free port, and stops it.

  --dry-run   print the packages that would be installed
  --help      this

Exit codes: 0 all are there, 1 some are not and could not be installed, 2 wrong usage.
USAGE
}

dry_run=no packages=()
for pair in "$@"; do
  case $pair in
    --dry-run)
      dry_run=yes
      continue
      ;;
    -h | --help)
      usage
      exit 0
      ;;
    [!=-]*=?*) ;;
    *)
      echo "ensure-packages.sh: $pair is not <program>=<package>; ensure-packages.sh --help says more" >&2
      exit 2
      ;;
  esac
  if ! type -P "${pair%%=*}" >/dev/null && ! ls /usr/lib/postgresql/*/bin/"${pair%%=*}" >/dev/null 2>&1; then
    packages+=("${pair#*=}")
  fi
done
if [ "${#packages[@]}" -eq 0 ]; then exit 0; fi
if [ "$dry_run" = yes ]; then
  echo "${packages[*]}"
  exit 0
fi

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
