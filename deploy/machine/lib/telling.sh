# shellcheck shell=bash
# What is said, what is refused, and what a dry run tells instead of doing.

say() {
  echo "setup: $*" >&2
}

# fail <words>: something went wrong on the way.
fail() {
  say "$*"
  exit 1
}

# refuse <words>: nothing was changed.
refuse() {
  say "$*"
  exit 3
}

# run <command...>: does it, or tells it.
run() {
  if [[ $DRY_RUN == yes ]]; then
    say "would run: $*"
  else
    "$@"
  fi
}

# put <file> <mode> [owner]: the lines that come in on stdin become that file, whole or not at all. PUT says whether it was
# another before.
put() {
  local file=$1 mode=$2 owner=${3:-} text
  text=$(cat)
  PUT=no
  if [[ -f $file && $(<"$file") == "$text" && $(stat -c %a "$file") == "$mode" ]]; then return; fi
  # shellcheck disable=SC2034 # callers read it
  PUT=yes
  say "writes $file"
  if [[ $DRY_RUN == yes ]]; then return; fi
  mkdir -p "$(dirname "$file")"
  rm -f "$file.liftdesk-new"
  (umask 077 && printf '%s\n' "$text" >"$file.liftdesk-new")
  if [[ -n $owner ]]; then own "$owner" "$file.liftdesk-new"; fi
  chmod "$mode" "$file.liftdesk-new"
  mv "$file.liftdesk-new" "$file"
}

# own <user> <path...>: under another root there are no users.
own() {
  local user=$1
  shift
  if [[ -n $ROOT ]]; then return; fi
  run chown "$user:$user" "$@"
}

has() {
  type -P "$1" >/dev/null
}

runs_systemd() {
  [[ -d /run/systemd/system ]]
}
