# shellcheck shell=bash
# How all scripts speak and end. Whoever sources this has set PROGRAM.

readonly FAILED=1 WRONG_USAGE=2 REFUSED=3 INTERRUPTED=130
export FAILED WRONG_USAGE REFUSED INTERRUPTED

# Where not even a word fits on the disk any more, what is being done goes on: a way back above all.
say() {
  printf '%s %s: %s\n' "$(date -u +%H:%M:%S)" "$PROGRAM" "$*" >&2 || true
}

fail() {
  say "$*"
  exit "$FAILED"
}

refuse() {
  say "refused: $*"
  exit "$REFUSED"
}

wrong_usage() {
  echo "$PROGRAM: $*; $PROGRAM --help says what is known" >&2
  exit "$WRONG_USAGE"
}

# needs_value <option> <number of words left>: an option that says something must be followed by it.
needs_value() {
  [[ $2 -ge 2 ]] || wrong_usage "$1 needs a value"
}

# attempt <command...>: its exit code in CODE. To be called as it stands here: in a condition, or before `||`, bash lets every
# function below go on behind what fails, whatever `set -e` in it says.
attempt() {
  set +e
  (
    set -e
    "$@"
  )
  # Read by whoever called.
  # shellcheck disable=SC2034
  CODE=$?
  set -e
}

# A name that is safe in paths, in a remote shell and in a line of JSON.
is_version() {
  [[ $1 =~ ^[0-9][A-Za-z0-9._-]*$ ]]
}

# json_string <text>: as JSON writes it; what cannot be seen becomes a space.
json_string() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "${text//[[:cntrl:]]/ }"
}
