# shellcheck shell=bash
# The machines as the caller sees them: reached by ssh, given what they need, and asked to do their deed.

# --to values are [user@]host[:port]; what else ssh should know stands in the file of --ssh-config.
MACHINES=() SSH_CONFIG='' MACHINE_FILE=/etc/liftdesk/machine.env
# So often a connection that was lost is made again, after so many seconds.
readonly RECONNECTS=30 RECONNECT_AFTER=${RECONNECT_AFTER:-2}

assert_machines() {
  local machine
  [[ ${#MACHINES[@]} -gt 0 ]] || wrong_usage "--to says to which machine"
  for machine in "${MACHINES[@]}"; do
    [[ $machine =~ ^([A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?$ ]] || wrong_usage "$machine is no [user@]host[:port]"
  done
  [[ $MACHINE_FILE =~ ^/[A-Za-z0-9._/-]+$ ]] || wrong_usage "--machine is an absolute path on the machine"
  if [[ -n $SSH_CONFIG && ! -r $SSH_CONFIG ]]; then wrong_usage "there is no $SSH_CONFIG"; fi
}

# on <machine> <words of a remote command...>: the words are quoted for the shell of the other side.
on() {
  local machine=$1 options=(-o BatchMode=yes -o ConnectTimeout=15 -o ServerAliveInterval=5 -o ServerAliveCountMax=3)
  shift
  if [[ -n $SSH_CONFIG ]]; then options+=(-F "$SSH_CONFIG"); fi
  if [[ $machine =~ ^(.*):([0-9]+)$ ]]; then
    machine=${BASH_REMATCH[1]}
    options+=(-p "${BASH_REMATCH[2]}")
  fi
  # shellcheck disable=SC2029
  ssh "${options[@]}" "$machine" -- "$(printf '%q ' "$@")"
}

# app_dir_of <machine>: which also says whether it can be reached, and is a machine of ours.
app_dir_of() {
  local folder
  folder=$(on "$1" sed -n 's/^APP_DIR=//p' "$MACHINE_FILE" </dev/null | tr -d "\"'") || return 1
  [[ $folder =~ ^/[A-Za-z0-9._/-]+$ ]] || return 1
  echo "$folder"
}

# current_on <machine> <its folder>: the release that serves there; nothing where none does.
current_on() {
  # shellcheck disable=SC2016
  on "$1" sh -c 'if [ -L "$1/current" ]; then basename "$(readlink "$1/current")"; fi' sh "$2" </dev/null
}

# send_tools <machine> <folder there> <folder of scripts here>: the scripts that do the deed, in a folder of this deed.
send_tools() {
  tar -C "$3" -cz lib on-machine | on "$1" sh -c "mkdir -p '$2' && tar -xz -C '$2'"
}

# upload <machine> <file> <path there>: goes on where an earlier upload broke off; whole is what has the right checksum.
upload() {
  local machine=$1 file=$2 there=$3 sum size
  sum=$(sha256sum <"$file" | cut -d' ' -f1)
  # shellcheck disable=SC2016
  size=$(on "$machine" sh -c 'if [ -e "$1" ]; then echo whole; else stat -c %s "$1.part" 2>/dev/null || echo 0; fi' sh "$there" </dev/null)
  if [[ $size != whole ]]; then
    if ((size > $(stat -c %s "$file"))); then size=0; fi
    # shellcheck disable=SC2016
    tail -c "+$((size + 1))" "$file" |
      on "$machine" sh -c 'truncate -s "$2" "$1.part" && cat >>"$1.part"' sh "$there" "$size" || return 1
    # shellcheck disable=SC2016
    on "$machine" sh -c 'mv "$1.part" "$1"' sh "$there" </dev/null
  fi
  # shellcheck disable=SC2016
  if ! on "$machine" sh -c 'echo "$2  $1" | sha256sum --quiet -c -' sh "$there" "$sum" </dev/null; then
    on "$machine" rm -f "$there" </dev/null
    say "what arrived on $machine is not what was sent; it was removed there"
    return 1
  fi
}

# deed <machine> <folder of the tools there> <label> <command...>: runs it there, detached, and follows it through lost
# connections. The label tells it from other deeds with the same tools; the same once more follows what is there. A handler of the
# caller may run in here: nothing here has the name of what it looks at.
deed() {
  local machine=$1 kit=$2 label=$3 heard code tries=0
  shift 3
  heard=$(mktemp)
  while true; do
    code=0
    attend follow "$@" || code=$?
    # 255 is ssh's own word: the connection, not the deed.
    if [[ $code != 255 ]]; then break; fi
    tries=$((tries + 1))
    if ((tries > RECONNECTS)); then
      say "$machine cannot be reached any more; it goes on by itself. Its word: $kit/$label/log"
      break
    fi
    say "the connection to $machine was lost; it goes on by itself. Once more, in $RECONNECT_AFTER s"
    sleep "$RECONNECT_AFTER"
  done
  rm -f "$heard"
  return "$code"
}

follow() {
  on "$machine" "$kit/on-machine/run" --folder "$kit/$label" --from "$(stat -c %s "$heard")" -- "$@" </dev/null |
    tee -a "$heard" | sed -u "s/^/[$machine] /"
  return "${PIPESTATUS[0]}"
}
