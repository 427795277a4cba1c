# shellcheck shell=bash
# Putting a release in service: the link, PM2, and the proof that every process is of that release and ready.

readonly APP_NAME=liftdesk
# How long a release may take to serve on every process, in seconds.
SERVES_WITHIN=${SERVES_WITHIN:-90}

# PM2 hands the environment of whoever calls it to the desk, and `pm2 save` writes it to disk: it gets the machine's
# variables and nothing else.
pm2() {
  local names=(PATH HOME PM2_HOME APP_USER APP_DIR NODE_ENV PORT ENGINE INSTANCES) set=() name
  for name in "${names[@]}"; do
    if [[ -n ${!name:-} ]]; then set+=("$name=${!name}"); fi
  done
  (cd "$APP_DIR" && exec env -i "${set[@]}" "$PM2" "$@" 9>&-)
}

# put_in_service <version> <what `previous` leads to>
put_in_service() {
  point previous "$2"
  point current "$1"
  reload_desk
}

reload_desk() {
  attend pm2 startOrReload "$APP_DIR/current/ecosystem.config.js" --update-env
  # A reload leaves the number of processes as it was.
  if [[ $(process_count) != "$INSTANCES" ]]; then attend pm2 scale "$APP_NAME" "$INSTANCES"; fi
}

take_out_of_service() {
  pm2 delete "$APP_NAME" || true
  point current ''
}

# Each process of the desk: `<pid> <status>` a line.
processes() {
  pm2 jlist 2>/dev/null | look processes "$APP_NAME"
}

process_count() {
  processes | wc -l
}

# Whether as many processes as there should be run, each in the folder of that release.
all_processes_are_of() {
  local pid status count=0 found
  found=$(processes) || return 1
  while read -r pid status; do
    [[ $status == online && $(readlink "/proc/$pid/cwd") == "$RELEASES/$1" ]] || return 1
    count=$((count + 1))
  done <<<"$found"
  [[ $count == "$INSTANCES" ]]
}

# Whether the port answers ready and with this version, more often than there are processes.
answers_as() {
  look answers "$PORT" "$1" $((INSTANCES * 3)) 2>/dev/null
}

serves() {
  all_processes_are_of "$1" && answers_as "$1"
}

wait_until_serves() {
  local until=$((SECONDS + SERVES_WITHIN))
  while ! serves "$1"; do
    if ((SECONDS >= until)); then
      processes >&2 || true
      say "$1 does not serve on every process within $SERVES_WITHIN s; its words: pm2 logs $APP_NAME"
      return 1
    fi
    attend sleep 0.5
  done
}
