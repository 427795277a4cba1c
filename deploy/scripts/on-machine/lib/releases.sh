# shellcheck shell=bash
# The folders of releases: a whole one has its name, anything else begins with a dot and is nobody's.

remove_release() {
  local gone=$RELEASES/.gone.$1
  rm -rf "$gone"
  if [[ -d $RELEASES/$1 ]]; then
    mv -T "$RELEASES/$1" "$gone"
    rm -rf "$gone"
  fi
}

# What a killed deed had begun to unpack may still be written to by its tar, which then has to end by itself.
clean_up_parts() {
  find "$RELEASES" -mindepth 1 -maxdepth 1 \( -name '.*.part' -o -name '.gone.*' \) -exec rm -rf {} + ||
    say "what an earlier run had unpacked could not be removed: the next release tries again"
}

# Newest first, by when they were last put in service.
releases_by_age() {
  find "$RELEASES" -mindepth 1 -maxdepth 1 -type d -name '[0-9]*' -printf '%f\n' | while read -r version; do
    printf '%s %s\n' "$(stat -c %Y "$RELEASES/$version/.served" 2>/dev/null || echo 0)" "$version"
  done | sort -rn | cut -d' ' -f2
}

# Keeps the newest, and whatever `current` and `previous` lead to.
prune() {
  local version kept=0
  while read -r version; do
    if ((kept < KEPT)) || [[ $version == "$(release_at current)" || $version == "$(release_at previous)" ]]; then
      kept=$((kept + 1))
    else
      say "removing $version"
      remove_release "$version"
    fi
  done < <(releases_by_age)
  find "$APP_DIR/incoming" -mindepth 1 -maxdepth 1 -name 'liftdesk-*' ! -name "liftdesk-$(release_at current).*" \
    -mmin +60 -delete
  find "$APP_DIR/incoming" -mindepth 1 -maxdepth 1 -name '.deed-*' -mmin +1440 -exec rm -rf {} +
}

# unpack <archive> <version> <sha256>
unpack() {
  local part=$RELEASES/.$2.$$.part
  if [[ -d $RELEASES/$2 ]]; then
    assert_came_from "$2" "$3"
    return 0
  fi
  assert_room "$1"
  mkdir -m 755 "$part"
  attend tar -xzf "$1" -C "$part" --no-same-owner --preserve-permissions
  # Somebody may have sent another one of the same name meanwhile.
  [[ $(sha256sum <"$1") == "$3  -" ]] || refuse "$1 is not what it was when it was verified"
  echo "$3" >"$part/.sha256"
  link_what_is_shared "$part"
  sync -f "$part"
  FRESH=yes
  save_state "$STEP"
  mv -T "$part" "$RELEASES/$2"
}

# assert_came_from <version> <sha256>
assert_came_from() {
  [[ $(cat "$RELEASES/$1/.sha256") == "$2" ]] || refuse "releases/$1 is there and came from another artefact"
}

# Half a release is never begun: what it will take, and as much as a desk needs to go on.
assert_room() {
  local needed free
  needed=$(($(gzip -dc "$1" | wc -c) * 11 / 10 + 104857600))
  free=$(df --output=avail -B1 "$RELEASES" | tail -n 1)
  ((free >= needed)) || refuse "$((needed / 1048576)) MB are needed in $RELEASES, and $((free / 1048576)) MB are free"
}

# What outlives a release lies beside releases; a relative path in the settings leads there too.
link_what_is_shared() {
  local name
  ln -s "../../shared/$(basename "$(settings_file)")" "$1/.env.$NODE_ENV"
  for name in uploads backups logs mail-outbox move-reports; do
    ln -s "../../$name" "$1/$name"
  done
}

# The settings of the desk on this machine; those of production serve every kind of machine that has none of its own.
settings_file() {
  local own=$APP_DIR/shared/.env.$NODE_ENV
  if [[ -e $own ]]; then echo "$own"; else echo "$APP_DIR/shared/.env.production"; fi
}
