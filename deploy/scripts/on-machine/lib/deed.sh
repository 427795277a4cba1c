# shellcheck shell=bash
# How a deed goes: step by step, each written down before it begins; and what comes of it when it ends too early.

# step <name> <command...>
step() {
  local name=$1 since
  shift
  save_state "$name"
  say "$name"
  since=$(milliseconds)
  "$@"
  record "$name" 'done' "$(($(milliseconds) - since))"
}

# begin: the lock, what a former deed left, and the handlers that leave nothing half.
begin() {
  STEP='' CHILD='' FRESH=no FROM='' BEFORE=''
  take_lock
  trap on_exit EXIT
  trap 'exit "$INTERRUPTED"' INT TERM HUP
  clean_up_parts
  recover
}

on_exit() {
  local code=$?
  trap - EXIT
  # Heard and passed over, not ignored: what we start would ignore them too.
  trap : INT TERM HUP
  end_child
  if [[ $code != 0 && -n $STEP ]]; then
    record "$STEP" failed
    if [[ $STEP == recover ]]; then
      say "WHAT WAS INTERRUPTED COULD NOT BE TAKEN BACK: mend what is said above, and run this again"
    elif has_switched "$STEP"; then
      go_back_from_failure
      [[ $code == "$INTERRUPTED" ]] || code=$FAILED
    else
      # A disk that is full may be so by what was unpacked.
      clean_up_parts
      drop_fresh "$VERSION" "$FRESH"
      forget_state
      say "in step $STEP; ${FROM:-nothing} serves as before"
      # Before the migrations nothing was changed at all; those that came before one that failed stay.
      if [[ $code != "$INTERRUPTED" ]]; then
        code=$REFUSED
        if [[ $STEP == migrate ]]; then code=$FAILED; fi
      fi
    fi
  fi
  exit "$code"
}

go_back_from_failure() {
  local since
  since=$(milliseconds)
  say "STEP $STEP FAILED: going back to ${FROM:-nothing, for nothing served before}"
  attempt restore "$FROM" "$BEFORE"
  if [[ $CODE != 0 ]]; then
    record back failed "$(($(milliseconds) - since))"
    say "IT COULD NOT GO BACK TO ${FROM:-nothing}: mend what is said above, and run this again"
    return 0
  fi
  drop_fresh "$VERSION" "$FRESH"
  forget_state
  record back 'done' "$(($(milliseconds) - since))"
  say "$VERSION WAS TAKEN BACK: ${FROM:-nothing} serves"
}

# restore <version, or nothing> <what `previous` led to>
restore() {
  if [[ -z $1 ]]; then
    point previous "$2"
    take_out_of_service
  else
    put_in_service "$1" "$2"
    wait_until_serves "$1"
    pm2 save >/dev/null
  fi
}

# drop_fresh <version> <yes where a deed that failed had unpacked it>
drop_fresh() {
  if [[ $2 == yes && -n $1 && $1 != "$(release_at current)" && $1 != "$(release_at previous)" ]]; then
    remove_release "$1"
  fi
}

# Where an earlier deed was killed: goes on with it where the same is wanted, else sees to it that what was good serves.
recover() {
  local version deed step
  FROM=$(release_at current)
  BEFORE=$(release_at previous)
  [[ -e $STATE ]] || return 0
  version=$(left_behind VERSION) deed=$(left_behind DEED) step=$(left_behind STEP)
  if [[ $deed == "$DEED" && $version == "$VERSION" ]]; then
    say "going on with $version, interrupted in step $step"
    FROM=$(left_behind FROM) BEFORE=$(left_behind BEFORE) FRESH=$(left_behind FRESH)
    return 0
  fi
  if has_switched "$step"; then
    STEP=recover
    say "$deed of $version was interrupted in step $step"
    # A release that nobody has seen through is taken back; a rollback was meant, and is seen through.
    if [[ $deed == rollback ]]; then
      restore "$version" "$(left_behind FROM)"
    else
      say "going back to $(left_behind FROM)"
      restore "$(left_behind FROM)" "$(left_behind BEFORE)"
    fi
    STEP=''
    FROM=$(release_at current)
    BEFORE=$(release_at previous)
  fi
  drop_fresh "$version" "$(left_behind FRESH)"
  forget_state
}
