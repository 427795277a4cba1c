# shellcheck shell=bash
# Commands that are waited for without being deaf to signals.

CHILD=''

# attend <command...>: in a process group of its own, so that a signal to us is heard at once and ends all of it too.
attend() {
  local code=0
  set -m
  # A lock of ours (9) is not theirs: it is free as soon as we are gone.
  { exec 9>&-; "$@"; } &
  CHILD=$!
  set +m
  wait "$CHILD" || code=$?
  # On the way back signals are heard and nothing follows from them.
  while ((code > 128)) && kill -0 "$CHILD" 2>/dev/null; do
    code=0
    wait "$CHILD" || code=$?
  done
  CHILD=''
  return "$code"
}

# Called from handlers too, where a bare `return` would hand on what was before them.
end_child() {
  if [[ -z ${CHILD:-} ]]; then return 0; fi
  kill -TERM -- "-$CHILD" 2>/dev/null || true
  wait "$CHILD" 2>/dev/null || true
  CHILD=''
}
