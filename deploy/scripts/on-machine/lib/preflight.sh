# shellcheck shell=bash
# What is looked at before anything is changed, and the steps that are the desk's own commands.

# What the doctor finds over HTTP is of the release that serves now, which may be why another is wanted; migrations and a
# backup come next.
readonly NOT_THE_DOCTORS=migrations,backup,api,health,cors,proxy-headers,certificate,https-redirect,client,sign-in-limit

# verify <archive>: sets SHA256 and VERSION; refuses what is not whole, or was not built for a machine like this one.
verify() {
  local about needed this
  [[ -r $1 ]] || refuse "there is no artefact $1"
  [[ -r $1.sha256 ]] || refuse "there is no $1.sha256 beside it"
  SHA256=$(cut -d' ' -f1 "$1.sha256")
  [[ $(sha256sum <"$1" | cut -d' ' -f1) == "$SHA256" ]] || refuse "$1 is not what its checksum says: send it again"
  about=$(tar -xzOf "$1" --occurrence=1 release.json 2>/dev/null) || refuse "$1 holds no release.json"
  VERSION=$(look members version <<<"$about")
  is_version "$VERSION" || refuse "$1 does not say what version it is"
  needed=$(look members platform arch node <<<"$about")
  this=$(look machine)
  [[ $needed == "$this" ]] || refuse "$VERSION was built for $needed (system, processor, modules of node); this is $this"
}

tell_plan() {
  local serving
  serving=$(release_at current)
  echo "$VERSION is whole and of this kind of machine; ${serving:-nothing} serves in $APP_DIR."
  echo "It would be unpacked, looked at by the doctor, backed up for${SKIP_BACKUP:+ (no: $SKIP_BACKUP)}, migrated to, put in service" \
    "on $INSTANCES process(es), and tested${SKIP_SMOKE:+ (no: $SKIP_SMOKE)}."
}

# preflight <release folder>
preflight() {
  local settings skip=$NOT_THE_DOCTORS
  settings=$(settings_file)
  [[ -r $settings ]] || refuse "there are no settings for the desk yet: $settings"
  ! grep -q '^APP_VERSION=' "$settings" || refuse "take APP_VERSION out of $settings: a release knows its own version"
  if [[ $ENGINE == sqlite && $(database_path) != /* ]]; then
    refuse "DATABASE_PATH in $settings must be an absolute path: what lies in a release goes with it"
  fi
  [[ -L $1/.env.$NODE_ENV ]] || refuse "$1 was unpacked for another environment than $NODE_ENV"
  attend node "$1/deploy/scripts/lib/load-packages.cjs" "$1"
  if is_new_file; then skip+=,database; fi
  attend desk "$1" doctor --skip "$skip"
}

database_path() {
  sed -n 's/^DATABASE_PATH=//p' "$(settings_file)" | tail -n 1 | tr -d "\"'"
}

# Whether the desk will make its SQLite file only now. One that is gone from under a release is none: the doctor tells.
is_new_file() {
  [[ $ENGINE == sqlite && -z $FROM && ! -e $(database_path) ]]
}

# back_up <release folder>
back_up() {
  local shown applied pending
  if is_new_file; then
    say "there is nothing to back up yet"
    return 0
  fi
  shown=$(desk "$1" migration:show --json)
  read -r applied pending < <(look members applied pending <<<"$shown")
  if [[ $FOLLOWER == yes ]]; then
    [[ $pending == 0 ]] || refuse "$pending migration(s) wait, and this machine was to run none"
  elif [[ -n $SKIP_BACKUP ]]; then
    [[ $pending == 0 ]] || refuse "$pending migration(s) wait: they are not run without a backup"
    record backup skipped '' "$SKIP_BACKUP"
  elif [[ $applied == 0 ]]; then
    say "there is nothing to back up yet"
  else
    attend desk "$1" backup
  fi
}

# migrate <release folder>
migrate() {
  if [[ $FOLLOWER == no ]]; then attend desk "$1" migration:run; fi
}

point_at_new_release() {
  if [[ $FROM != "$VERSION" ]]; then point previous "$FROM"; fi
  point current "$VERSION"
}

# smoke <release folder>
smoke() {
  local options=(--url "${SMOKE_URL:-https://${DOMAIN:-localhost}}" --expect-version "$VERSION" --with-database)
  options+=(--connect "${SMOKE_CONNECT:-127.0.0.1:${HTTPS_PORT:-443}}")
  if [[ -n ${SMOKE_CA:-} ]]; then options+=(--ca "$SMOKE_CA"); fi
  if [[ -n $SKIP_SMOKE ]]; then
    record smoke skipped '' "$SKIP_SMOKE"
  else
    attend desk "$1" smoke "${options[@]}"
  fi
}

# What a reboot brings back, and when this release was put in service.
keep() {
  touch "$RELEASES/$VERSION/.served"
  rm -f "$RELEASES/$VERSION/.taken-back"
  pm2 save >/dev/null
}
