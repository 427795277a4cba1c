# shellcheck shell=bash
# .release-state says what is under way, so that whoever comes after a power cut or a kill can go on or go back:
#   DEED      release or rollback
#   VERSION   what is to be put in service
#   FROM      what served before; empty on an empty machine
#   BEFORE    what `previous` led to
#   FRESH     yes where the folder of VERSION was unpacked by this deed
#   STEP      the step that had begun
# The file is there exactly while a deed is not through.

save_state() {
  STEP=$1
  printf '%s\n' "DEED=$DEED" "VERSION=$VERSION" "FROM=$FROM" "BEFORE=$BEFORE" "FRESH=$FRESH" "STEP=$STEP" >"$STATE.next"
  sync "$STATE.next"
  mv -T "$STATE.next" "$STATE"
}

forget_state() {
  rm -f "$STATE"
}

# left_behind <name>: a value of the state that an ended deed left; nothing where none did.
left_behind() {
  [[ -e $STATE ]] || return 0
  sed -n "s/^$1=//p" "$STATE"
}

# Whether a step comes after which another release may be in service.
has_switched() {
  [[ $1 == switch || $1 == reload || $1 == check || $1 == smoke || $1 == keep ]]
}
