# shellcheck shell=bash
# What a machine is: its variables, its folders, its log of releases, and the lock that one deed holds at a time.

readonly UNDER_WAY='another release or rollback is under way on this machine'

# read_variables <file>: NAME=value lines, taken as they stand; nothing in them is run.
read_variables() {
  local name value
  while IFS='=' read -r name value || [[ -n $name ]]; do
    [[ $name =~ ^[A-Z][A-Z0-9_]*$ ]] || continue
    if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
    export "$name=$value"
  done <"$1"
}

# load_machine <file>: sets and checks what the other parts rely on.
load_machine() {
  [[ -r $1 ]] || refuse "the variables of this machine cannot be read: $1"
  read_variables "$1"
  export NODE_ENV=${NODE_ENV:-production} PORT=${PORT:-5000} ENGINE=${ENGINE:-sqlite} INSTANCES=${INSTANCES:-1}
  export PM2_HOME=${PM2_HOME:-$HOME/.pm2}
  [[ ${APP_DIR:-} == /?* ]] || refuse "$1 says no APP_DIR, an absolute path"
  [[ -d $APP_DIR && -w $APP_DIR ]] || refuse "$APP_DIR is not there, or $(id -un) may not write it"
  RELEASES=$APP_DIR/releases
  STATE=$APP_DIR/.release-state
  LOCK=$APP_DIR/.release.lock
  KEPT=${KEPT_RELEASES:-3}
  PM2=$(find_pm2)
  [[ -x $(command -v node) ]] || refuse "there is no node on the path of $(id -un)"
  umask 027
  if [[ $DRY_RUN == no ]]; then
    mkdir -p "$APP_DIR"/{shared,incoming,logs,uploads,backups,mail-outbox,move-reports}
    # nginx reads the client's files there.
    install -d -m 755 "$RELEASES"
  fi
}

find_pm2() {
  local candidate
  for candidate in "${PM2_BIN:-}" "$(command -v pm2 || true)" "${TOOLS_DIR:-/opt/liftdesk-tools}/node_modules/.bin/pm2"; do
    [[ -x $candidate ]] || continue
    echo "$candidate"
    return 0
  done
  refuse "there is no PM2: PM2_BIN names it, else it is looked for on the path and in TOOLS_DIR"
}

# The lock ends with this process, and with what it started for a moment: what runs longer closes it (9) first, so that a PM2
# that it woke does not hold it for ever.
take_lock() {
  exec 9>>"$LOCK"
  flock --wait 3 9 || refuse "$UNDER_WAY"
}

# The name of what a link such as `current` leads to; nothing where there is none.
release_at() {
  local link=$APP_DIR/$1
  [[ -L $link ]] || return 0
  basename "$(readlink "$link")"
}

# point <link> <version>: in one go, whoever looks sees the old or the new one. Without a version the link goes.
point() {
  local link=$APP_DIR/$1 draft=$APP_DIR/.$1.next
  if [[ -z $2 ]]; then
    rm -f "$link"
  else
    ln -sfn "releases/$2" "$draft"
    mv -T "$draft" "$link"
  fi
}

# record <step> <outcome> [milliseconds] [words]: one line of releases.log.
record() {
  local line
  line="{\"time\":\"$(date -u +%FT%TZ)\",\"deed\":\"$PROGRAM\",\"version\":\"${VERSION:-}\",\"from\":\"${FROM:-}\""
  line+=",\"step\":\"$1\",\"outcome\":\"$2\""
  if [[ -n ${3:-} ]]; then line+=",\"ms\":$3"; fi
  if [[ -n ${4:-} ]]; then line+=",\"words\":$(json_string "$4")"; fi
  # A full disk must not keep the way back from being gone.
  echo "$line}" >>"$APP_DIR/releases.log" || say "releases.log could not be written"
}

milliseconds() {
  echo $(($(date +%s%N) / 1000000))
}

# desk <release folder> <arguments...>: an operators' command of that release, with the settings of this machine.
desk() {
  local folder=$1
  shift
  # nginx, in the group, may read the client; what the desk writes is for its user alone.
  (umask 077 && cd "$folder" && exec node dist/apps/api/cli.js "$@")
}

# look <what> <arguments...>
look() {
  node "$here/lib/look.mjs" "$@"
}
