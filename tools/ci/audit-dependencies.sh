#!/usr/bin/env bash
# Known holes in what runs in production: of the product, and of the AWS stack.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: audit-dependencies.sh [--dry-run]

Asks the registry by every lock file for known holes; development tools are left out. High ones and critical ones fail.

  --dry-run   print what would be asked
  --help      this

Exit codes: 0 none, 1 some, or the registry could not be asked, 2 wrong usage.
USAGE
}

run=()
for argument in "$@"; do
  case $argument in
    --dry-run) run=(echo) ;;
    -h | --help)
      usage
      exit 0
      ;;
    *)
      echo "audit-dependencies.sh: $argument is not known; audit-dependencies.sh --help says what is" >&2
      exit 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
code=0
for folder in . deploy/infra deploy/machine; do
  "${run[@]}" npm audit --package-lock-only --omit=dev --audit-level=high --prefix "$folder" || code=1
done
exit "$code"
