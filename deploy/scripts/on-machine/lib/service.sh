# shellcheck shell=bash
# Putting a release in service: the link, PM2, and the proof that every process is of that release and ready.

readonly APP_NAME=liftdesk
# How long a release may take to serve on every process, in seconds.
SERVES_WITHIN=${SERVES_WITHIN:-90}

# PM2 hands the environment of whoever calls it to the desk, and `pm2 save` writes it to disk: it gets the machine's
# variables and nothing else.
pm2() {
  local names=(PATH HOME PM2_HOME APP_USER APP_DIR NODE_ENV PORT ENGINE INSTANCES MEMORY_LIMIT_MB) set=() name
  for name in "${names[@]}"; do
    if [[ -n ${!name:-} ]]; then set+=("$name=${!name}"); fi
  done
  (exec 9>&-; cd "$APP_DIR" && exec env -i "${set[@]}" "$PM2" "$@")
}

# PM2 belongs into its unit. One that we woke ourselves would have the rights of whoever released, sudo perhaps, none of the unit's
# secrets, and be in its way when it starts.
unit_is_down() {
  [[ -d ${SYSTEMD_RUNS:-/run/systemd/system} ]] && systemctl cat "$APP_NAME" >/dev/null 2>&1 &&
    ! systemctl is-active --quiet "$APP_NAME"
}

# Whether a PM2 lives that systemd would not take for that of the unit. After a power cut its number may be another's.
pm2_lives_outside() {
  local pid
  pid=$(cat "$PM2_HOME/pm2.pid" 2>/dev/null) || return 1
  grep -qaE 'God Daemon|pm2/lib/Daemon\.js' "/proc/$pid/cmdline" 2>/dev/null && ! grep -q "/$APP_NAME\.service" "/proc/$pid/cgroup"
}

# For a release, which can wait until this is mended.
require_service() {
  if ! unit_is_down; then return 0; fi
  if pm2_lives_outside; then
    refuse "PM2 runs outside $APP_NAME.service: PM2_HOME=$PM2_HOME $PM2 kill, then sudo systemctl start $APP_NAME"
  fi
  say "$APP_NAME.service does not run: starting it"
  attend sudo -n systemctl start "$APP_NAME" ||
    refuse "$APP_NAME.service does not run: sudo systemctl start $APP_NAME, or a rollback where the present release is why"
}

# For a way back, once `current` leads to where it goes: the release that is left may be what keeps the unit from starting. It goes on
# without the unit too.
wake_service() {
  if ! unit_is_down; then return 0; fi
  if pm2_lives_outside; then
    say "PM2 runs outside $APP_NAME.service: going on with it"
    return 0
  fi
  say "$APP_NAME.service does not run: starting it"
  # Not `start`: that waits for one under way, with the release that is left. One that has failed too often is not started at all.
  attend sudo -n systemctl reset-failed "$APP_NAME" || true
  if ! attend sudo -n systemctl restart "$APP_NAME"; then
    # It tries again by itself, with our PM2 in its way.
    attend sudo -n systemctl stop "$APP_NAME" || true
    say "$APP_NAME.service does not start: going on with a PM2 outside it"
  fi
}

# put_in_service <version> <what `previous` leads to>
put_in_service() {
  point previous "$2"
  point current "$1"
  wake_service
  # PM2 may have come back to it by itself.
  wait_for_reload_under_way
  if ! all_processes_are_of "$1"; then reload_desk; fi
}

take_out_of_service() {
  point current ''
  wake_service
  attend pm2 delete "$APP_NAME" || true
}

# reload_desk [version that serves, to lead `current` back to where the new one does not come up]
reload_desk() {
  local before code=0 words=$APP_DIR/logs/pm2-reload.log until=$((SECONDS + SERVES_WITHIN))
  wait_for_reload_under_way
  before=$(processes)
  set -m
  { exec 9>&-; pm2 startOrReload "$APP_DIR/current/ecosystem.config.js" --update-env >"$words" 2>&1; } &
  CHILD=$!
  set +m
  while kill -0 "$CHILD" 2>/dev/null; do
    if [[ -n ${1:-} ]] && { ((SECONDS > until)) || has_crashed "$before"; }; then
      lead_back "$1"
      return 1
    fi
    sleep 0.5
  done
  wait "$CHILD" || code=$?
  CHILD=''
  if [[ $code != 0 ]]; then
    cat "$words" >&2
    return "$code"
  fi
  # A reload leaves the number of processes as it was.
  if [[ $(processes | wc -l) != "$INSTANCES" ]]; then attend pm2 scale "$APP_NAME" "$INSTANCES" >&2; fi
}

# PM2 ends the old process after a while (listen_timeout) even where the new one never got ready. But it starts the new one again and
# again, and whatever `current` leads to is what it starts: the release that serves, before the old process is gone. One that hangs in
# its start has to be ended for that.
lead_back() {
  local id pid status restarts
  point current "$1"
  say "the new release does not come up; PM2 is led back to $1"
  while read -r id pid status restarts; do
    if [[ $id != _old_* && $status == launching ]]; then kill -KILL "$pid" 2>/dev/null || true; fi
  done < <(processes)
  wait "$CHILD" || true
  CHILD=''
}

# A reload whose caller was killed goes on inside PM2; a second one on top of it would lose track of processes.
wait_for_reload_under_way() {
  local until=$((SECONDS + SERVES_WITHIN))
  while processes | grep -q '^_old_'; do
    ((SECONDS < until)) || fail "an earlier reload does not end: pm2 list"
    attend sleep 0.5
  done
}

# has_crashed <what processes told before>: whether one has started more often than the reload itself makes it.
has_crashed() {
  local id pid status restarts was
  while read -r id pid status restarts; do
    was=$(sed -n "s/^$id .* //p" <<<"$1")
    if ((restarts > ${was:--1} + 1)); then return 0; fi
  done < <(processes | grep -v '^_old_')
  return 1
}

# Each process of the desk: `<id> <pid> <status> <restarts>` a line.
processes() {
  pm2 jlist 2>/dev/null | look processes "$APP_NAME"
}

# Whether as many processes as there should be run, each in the folder of that release.
all_processes_are_of() {
  local id pid status restarts count=0 found folder
  folder=$(realpath "$RELEASES/$1")
  found=$(processes) || return 1
  while read -r id pid status restarts; do
    [[ $id != _old_* && $status == online && $(readlink "/proc/$pid/cwd") == "$folder" ]] || return 1
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
