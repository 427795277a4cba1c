#!/usr/bin/env bash
# What the workflow does in an environment: the same scripts that an operator calls by hand, and the smoke test from outside.
set -euo pipefail

usage() {
  cat <<'USAGE'
Usage: deploy.sh [--dry-run]

Looks up the running machines of the environment, then releases the artefact of the folder `artefact`, or puts a former release in service
again, and smoke-tests the desk as people reach it. Where that fails after a release, the former one is put in service again.

  --dry-run   print the commands; nothing is asked and nothing is done
  --help      this

Variables:
  DEED               release or rollback
  VERSION            rollback: the release to go back to; the one before the present one where empty
  SITE_URL           where people reach the desk
  MACHINES_TAG       the value of the tag `liftdesk` of its machines (stack output MachineTag)
  MACHINES           instead of the tag: [user@]host[:port], separated by spaces, reached by ssh as it is configured here
  CLIENT_BUCKET, DISTRIBUTION_ID, ARTEFACT_BUCKET   outputs of the stack; none where there is no CDN
  SMOKE_ADMIN_EMAIL, SMOKE_ADMIN_PASSWORD           an admin of the desk; without, the test from outside only reads
  ARTEFACT_FOLDER    artefact unless set

Exit codes: 0 done, 1 failed, and the former release serves where there is one, 2 wrong usage, 3 refused and nothing was changed,
130 called off (after a release that has ended: it serves).
USAGE
}

wrong_usage() {
  echo "deploy.sh: $*; deploy.sh --help says what is known" >&2
  exit 2
}

dry_run=no
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=yes ;;
    -h | --help)
      usage
      exit 0
      ;;
    *) wrong_usage "$argument is not known" ;;
  esac
done
[[ ${DEED:-} == release || ${DEED:-} == rollback ]] || wrong_usage 'DEED is release or rollback'
[[ -n ${SITE_URL:-} ]] || wrong_usage 'SITE_URL is not set'
[[ -n ${MACHINES_TAG:-}${MACHINES:-} ]] || wrong_usage 'neither MACHINES_TAG nor MACHINES is set'

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Called off: what is under way is told, and comes to its own end, its way back among it, before the key to the machines is taken
# away. GitHub kills all of it after 10 s; then the machine alone sees it through.
child='' called_off=no
call_off() {
  called_off=yes
  if [[ -n $child ]]; then kill -TERM "$child" 2>/dev/null || true; fi
}
trap call_off INT TERM

leave_if_called_off() {
  if [[ $called_off == no ]]; then return; fi
  echo 'deploy.sh: called off' >&2
  exit 130
}

# run <command...>: or say it.
run() {
  if [[ $dry_run == yes ]]; then
    printf '%q ' "$@"
    echo
    return
  fi
  leave_if_called_off
  local code
  "$@" &
  child=$!
  # The signal may have come before there was anybody to tell.
  if [[ $called_off == yes ]]; then call_off; fi
  # A signal ends the waiting, and not what is waited for.
  while
    code=0
    wait "$child" || code=$?
    kill -0 "$child" 2>/dev/null
  do :; done
  child=''
  return "$code"
}

# Sets `where`: the options that say to which machines, and how they are reached.
find_machines() {
  local machines=() machine found
  if [[ -n ${MACHINES:-} ]]; then
    read -ra machines <<<"$MACHINES"
  elif [[ $dry_run == yes ]]; then
    machines=("<instances of $MACHINES_TAG>")
  else
    found=$(aws ec2 describe-instances --output text --query 'Reservations[].Instances[].InstanceId' \
      --filters "Name=tag:liftdesk,Values=$MACHINES_TAG" Name=instance-state-name,Values=running | tr '\n' ' ')
    read -ra machines <<<"$found"
    if [[ ${#machines[@]} -eq 0 ]]; then
      echo "deploy.sh: no running machine has the tag liftdesk=$MACHINES_TAG" >&2
      exit 3
    fi
  fi
  for machine in "${machines[@]}"; do where+=(--to "$machine"); done
  if [[ -z ${MACHINES:-} ]]; then
    run deploy/scripts/session-key --to "$work/ssh" "${machines[@]}"
    where+=(--ssh-config "$work/ssh/ssh-config")
  fi
  if [[ -n ${CLIENT_BUCKET:-} ]]; then where+=(--client-bucket "s3://$CLIENT_BUCKET"); fi
  if [[ -n ${DISTRIBUTION_ID:-} ]]; then where+=(--distribution "$DISTRIBUTION_ID"); fi
  if [[ -n ${ARTEFACT_BUCKET:-} ]]; then where+=(--artefact-bucket "s3://$ARTEFACT_BUCKET"); fi
}

# The artefact that was built once for this commit.
find_artefact() {
  local found=("${ARTEFACT_FOLDER:-artefact}"/liftdesk-*.tar.gz)
  if [[ $dry_run == no && (${#found[@]} -ne 1 || ! -r ${found[0]}) ]]; then
    echo "deploy.sh: there is not one artefact in ${ARTEFACT_FOLDER:-artefact}" >&2
    exit 3
  fi
  artefact=${found[0]}
}

# By the program of the release itself: nothing is built here.
smoke() {
  local options=()
  if [[ -z ${SMOKE_ADMIN_EMAIL:-} || -z ${SMOKE_ADMIN_PASSWORD:-} ]]; then options+=(--read-only); fi
  run node "$work/artefact/dist/apps/api/cli.js" smoke --url "$SITE_URL" ${options[@]+"${options[@]}"}
}

where=()
find_machines
if [[ $DEED == rollback ]]; then
  run deploy/scripts/rollback ${VERSION:+"$VERSION"} "${where[@]}"
  exit 0
fi
find_artefact
run mkdir "$work/artefact"
run tar -xzf "$artefact" -C "$work/artefact"
run deploy/scripts/release --artefact "$artefact" "${where[@]}"
if ! smoke; then
  # What was not tried to its end is not what failed.
  leave_if_called_off
  echo 'deploy.sh: the machines hold it for good, and people do not reach it as they should: back to the former release' >&2
  run deploy/scripts/rollback "${where[@]}" || echo "deploy.sh: there is no way back: what was released serves" >&2
  exit 1
fi
