# shellcheck shell=bash
# The user, folders with their rights, and what is rendered.

make_user() {
  local user
  user=$(value_of APP_USER)
  id "$user" >/dev/null 2>&1 || run useradd --create-home --home-dir "$(value_of APP_HOME)" --shell /bin/bash "$user"
  # nginx reads the client's files of a release, by the group; what is private is open to the user alone.
  if id "$(value_of NGINX_USER)" >/dev/null 2>&1; then run usermod -aG "$user" "$(value_of NGINX_USER)"; fi
}

# folder <mode> <owner> <path...>
folder() {
  local mode=$1 owner=$2 path
  shift 2
  for path in "$@"; do
    if [[ -d $ROOT$path && $(stat -c '0%a %U' "$ROOT$path") == "$mode $(owner_of_new "$owner")" ]]; then continue; fi
    run install -d -m "$mode" -o "$(owner_of_new "$owner")" -g "$(owner_of_new "$owner")" "$ROOT$path"
  done
}

# Under another root everything is ours.
owner_of_new() {
  if [[ -n $ROOT ]]; then id -un; else echo "$1"; fi
}

make_folders() {
  local user app
  user=$(value_of APP_USER) app=$(value_of APP_DIR)
  folder 0710 "$user" "$(value_of APP_HOME)" "$app"
  folder 0750 "$user" "$app"/{releases,incoming,logs}
  folder 0700 "$user" "$app"/{shared,uploads,backups,mail-outbox,move-reports} "$(value_of PM2_HOME)"
  folder 0755 root "$(value_of TOOLS_DIR)" "$(value_of NGINX_LOG_DIR)" "$(value_of ACME_DIR)" /etc/liftdesk
}

TOOLS=(package.json package-lock.json render.mjs templates.mjs variables.mjs watch.mjs start reopen-logs certificate setup
  lib templates cron)

# A copy of what lies beside this script, and PM2 as its lock file says. The copy of that file among the modules comes last: without
# it they are not whole.
install_tools() {
  local tools=$ROOT$TOOLS_DIR name
  if [[ $HERE != "$tools" ]]; then
    for name in "${TOOLS[@]}"; do
      diff -rq "$HERE/$name" "$tools/$name" >/dev/null 2>&1 || run copy_tool "$name"
    done
  fi
  if [[ -n $ROOT ]] || cmp -s "$HERE/package-lock.json" "$tools/node_modules/.installed"; then return; fi
  say "installs PM2: one that runs goes on as it is until \`pm2 update\`"
  run npm ci --prefix "$tools" --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error
  run chmod -R go+rX "$tools"
  run ln -sfn "$TOOLS_DIR/node_modules/.bin/pm2" /usr/local/bin/pm2
  run cp "$HERE/package-lock.json" "$tools/node_modules/.installed"
}

copy_tool() {
  rm -rf "$ROOT${TOOLS_DIR:?}/$1"
  cp -R "$HERE/$1" "$ROOT$TOOLS_DIR/$1"
  chmod -R u=rwX,go=rX "$ROOT$TOOLS_DIR/$1"
  case $1 in start | reopen-logs | certificate | setup | *.mjs) chmod 755 "$ROOT$TOOLS_DIR/$1" ;; esac
}

# What was changed and is not loaded yet: of a setup that ended half-way too, for the next one to load.
TO_LOAD=/var/lib/liftdesk/to-load

take_changed() {
  if [[ -e $TO_LOAD ]]; then mapfile -t CHANGED <"$TO_LOAD"; fi
}

note_changed() {
  CHANGED+=("$@")
  if [[ $DRY_RUN == yes || -n $ROOT ]]; then return; fi
  mkdir -p "$(dirname "$TO_LOAD")"
  printf '%s\n' "$@" >>"$TO_LOAD"
}

# Written where it is another than before; what was there is kept in /var/backups/liftdesk.
render_files() {
  local kept file text rendered
  kept=$ROOT/var/backups/liftdesk/$(date -u +%Y%m%dT%H%M%SZ)
  text=$(render --to "$ROOT/" --dry-run)
  if [[ -z $text ]]; then return; fi
  mapfile -t rendered <<<"$text"
  say "writes ${rendered[*]}"
  note_changed "${rendered[@]}"
  if [[ $DRY_RUN == yes ]]; then return; fi
  for file in "${rendered[@]}"; do
    [[ ! -e $ROOT$file ]] || { mkdir -p "$kept$(dirname "$file")" && cp -a "$ROOT$file" "$kept$file"; }
  done
  render --to "$ROOT/" >/dev/null
  if [[ -z $ROOT ]] && ! nginx -t -q; then
    put_back "$kept" "${rendered[@]}"
    fail "nginx refuses what was rendered, see above; what was there before is there again"
  fi
}

put_back() {
  local kept=$1 file
  shift
  for file in "$@"; do
    if [[ -e $kept$file ]]; then cp -a "$kept$file" "$file"; else rm -f "$file"; fi
  done
}

was_changed() {
  local file
  for file in ${CHANGED[@]+"${CHANGED[@]}"}; do
    # shellcheck disable=SC2254 # a pattern is what is given
    case $file in $1) return 0 ;; esac
  done
  return 1
}
