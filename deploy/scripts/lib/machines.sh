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
    [[ $machine =~ ^([A-Za-z0-9_][A-Za-z0-9._-]*@)?[A-Za-z0-9][A-Za-z0-9._-]*(:[0-9]+)?$ ]] || wrong_usage "$machine is no [user@]host[:port]"
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

# link_on <machine> <its folder> <current | previous>: the release that it leads to; nothing where there is none.
link_on() {
  # shellcheck disable=SC2016
  on "$1" sh -c 'if [ -L "$1" ]; then basename "$(readlink "$1")"; fi' sh "$2/$3" </dev/null
}

# send_tools <machine> <folder there> <folder of scripts here>: the scripts that do the deed, in a folder of this deed.
send_tools() {
  tar -C "$3" -cz lib on-machine | on "$1" sh -c "mkdir -p '$2' && tar -xz -C '$2'"
}

# remove_tools: from each machine but one that is still at a deed with them, whose word is looked for there; a release removes those
# of yesterday. Uses tools.
remove_tools() {
  local machine
  for machine in "${!tools[@]}"; do
    on "$machine" "${tools[$machine]}/on-machine/run" --folder "${tools[$machine]}" --remove </dev/null || true
  done
}

# documented <exit code>: that of ssh, or of what was killed, means only that it failed.
documented() {
  case $1 in
    0 | "$WRONG_USAGE" | "$REFUSED" | "$INTERRUPTED") echo "$1" ;;
    *) echo "$FAILED" ;;
  esac
}

# upload <machine> <file> <path there>: goes on where an earlier upload of the same broke off; it has its name when its checksum
# is right.
upload() {
  local machine=$1 file=$2 there=$3 sum total found size free part
  sum=$(sha256sum <"$file" | cut -d' ' -f1)
  part=$there.${sum:0:16}.part
  # shellcheck disable=SC2016
  if on "$machine" sh -c '[ -e "$1" ] && [ "$(sha256sum <"$1")" = "$2  -" ]' sh "$there" "$sum" </dev/null; then return 0; fi
  # shellcheck disable=SC2016
  found=$(on "$machine" sh -c 'stat -c %s "$1" 2>/dev/null || echo 0; df --output=avail -B1 "$(dirname "$1")"' sh "$part" </dev/null)
  read -r size _ free <<<"${found//$'\n'/ }"
  total=$(stat -c %s "$file")
  if ((size > total)); then size=0; fi
  # Half of it would be all that the desk has left to write to.
  ((free >= total - size + 104857600)) ||
    refuse "$machine has $((free / 1048576)) MB free; the artefact takes $((total / 1048576)), and the desk needs room to go on"
  # shellcheck disable=SC2016
  tail -c "+$((size + 1))" "$file" | on "$machine" sh -c 'truncate -s "$2" "$1" && cat >>"$1"' sh "$part" "$size"
  # shellcheck disable=SC2016
  if ! on "$machine" sh -c '[ "$(sha256sum <"$2")" = "$3  -" ] && mv "$2" "$1"' sh "$there" "$part" "$sum" </dev/null; then
    on "$machine" rm -f "$part" </dev/null
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
