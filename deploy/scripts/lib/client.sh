# shellcheck shell=bash
# The client in its bucket, behind the CDN. Files with a hash in their name never change and are there for ever, as a browser sees
# it; the others are kept under .releases/<version>/ as well, so that any release that is there can be the present one again.

CLIENT_BUCKET='' DISTRIBUTION='' ARTEFACT_BUCKET=''
readonly HASHED='-[A-Z0-9]{8}\.[A-Za-z0-9]+$' KEPT_CLIENTS=${KEPT_RELEASES:-3}
readonly FOR_EVER='public, max-age=31536000, immutable' ASK_EACH_TIME='no-cache'

assert_buckets() {
  local bucket
  CLIENT_BUCKET=${CLIENT_BUCKET%/} ARTEFACT_BUCKET=${ARTEFACT_BUCKET%/}
  for bucket in "$CLIENT_BUCKET" "$ARTEFACT_BUCKET"; do
    [[ -z $bucket || $bucket =~ ^s3://[a-z0-9][a-z0-9.-]+$ ]] || wrong_usage "$bucket is no s3://bucket"
  done
  [[ -z $DISTRIBUTION || -n $CLIENT_BUCKET ]] || wrong_usage "--distribution goes with --client-bucket"
  if [[ -n $CLIENT_BUCKET$ARTEFACT_BUCKET && -z $(command -v aws) ]]; then refuse "the AWS CLI (aws) is not here"; fi
  # Its first version reads the one, its second the other; no pager waits for somebody.
  export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-${AWS_REGION:-us-east-1}} AWS_PAGER=''
}

# content_type <file>: of what a client is made of; anything else is a mistake that a browser should not have to guess at.
content_type() {
  case ${1##*.} in
    html) echo 'text/html; charset=utf-8' ;;
    js | mjs) echo 'text/javascript; charset=utf-8' ;;
    css) echo 'text/css; charset=utf-8' ;;
    json) echo application/json ;;
    webmanifest) echo application/manifest+json ;;
    txt) echo 'text/plain; charset=utf-8' ;;
    svg) echo image/svg+xml ;;
    png) echo image/png ;;
    ico) echo image/x-icon ;;
    jpg | jpeg) echo image/jpeg ;;
    webp) echo image/webp ;;
    woff2) echo font/woff2 ;;
    woff) echo font/woff ;;
    wasm) echo application/wasm ;;
    *) fail "it is not known what kind of file of a client $1 is" ;;
  esac
}

# put <folder> <prefix of keys> <cache-control>: the files whose names come in, one call for each kind of them.
put() {
  local folder=$1 prefix=$2 cache=$3 stage file type kind
  local -A kinds=()
  stage=$(mktemp -d)
  while read -r file; do
    type=$(content_type "$file")
    kinds[$type]=${kinds[$type]:-$stage/${#kinds[@]}}
    mkdir -p "${kinds[$type]}/$(dirname "$file")"
    cp "$folder/$file" "${kinds[$type]}/$file"
  done
  for kind in "${!kinds[@]}"; do
    aws s3 cp --only-show-errors --recursive --content-type "$kind" --cache-control "$cache" "${kinds[$kind]}" "$CLIENT_BUCKET/$prefix"
  done
  rm -rf "$stage"
}

# put_text <key>: what comes in, a note of ours.
put_text() {
  aws s3 cp --only-show-errors --content-type 'text/plain; charset=utf-8' --cache-control "$ASK_EACH_TIME" - "$CLIENT_BUCKET/$1"
}

# files_of <folder> <hashed | other>: paths below it.
files_of() {
  local only=-v
  if [[ $2 == hashed ]]; then only=-e; fi
  (cd "$1" && find . -type f ! -name '*.map' -printf '%P\n' | LC_ALL=C sort) |
    if [[ $only == -v ]]; then grep -Ev -- "$HASHED" || true; else grep -E -- "$HASHED" || true; fi
}

# keys_below <prefix>: nothing where there are none.
keys_below() {
  aws s3api list-objects-v2 --bucket "${CLIENT_BUCKET#s3://}" --prefix "$1" --query 'Contents[].[Key]' --output text |
    sed '/^None$/d'
}

# upload_client <folder> <version>: everything that a browser does not see yet.
upload_client() {
  local folder=$1 version=$2 there
  [[ -e $folder/index.html ]] || fail "$folder is no built client"
  there=$(keys_below '')
  files_of "$folder" hashed | { grep -vxF -f <(printf '%s\n' "$there") || true; } | put "$folder" '' "$FOR_EVER"
  files_of "$folder" other | put "$folder" ".releases/$version/" "$ASK_EACH_TIME"
  # Last: where this list is, the release is whole.
  files_of "$folder" hashed | put_text ".releases/$version/.files"
}

# assert_client_is_there <version>: with each file that its list names.
assert_client_is_there() {
  local there files missing
  there=$(keys_below '')
  grep -qxF ".releases/$1/.files" <<<"$there" || refuse "the client of $1 is not in $CLIENT_BUCKET any more"
  files=$(files_of_client "$1")
  missing=$(grep -vxF -f <(echo "$there") <<<"$files" || true)
  [[ -z $missing ]] || refuse "files of the client of $1 are not in $CLIENT_BUCKET any more: ${missing//$'\n'/, }"
}

# files_of_client <version>: those with a hash, as they were listed when it was uploaded.
files_of_client() {
  aws s3 cp --only-show-errors "$CLIENT_BUCKET/.releases/$1/.files" -
}

# The release of the client that browsers get; nothing before the first.
client_version() {
  local there
  there=$(keys_below .releases/current) || return 1
  if grep -qxF .releases/current <<<"$there"; then
    aws s3 cp --only-show-errors "$CLIENT_BUCKET/.releases/current" - | tr -d '[:space:]'
  fi
}

# show_client <version>: what has no hash, and index.html last of all; then the CDN forgets what it has of it.
show_client() {
  local version=$1 folder
  assert_client_is_there "$version"
  folder=$(mktemp -d)
  aws s3 cp --only-show-errors --recursive --exclude .files --exclude .shown "$CLIENT_BUCKET/.releases/$version/" "$folder"
  # Whose files are kept is told by when browsers last got it; that many were uploaded says nothing.
  echo "$version" | put_text ".releases/$version/.shown"
  files_of "$folder" other | { grep -vx index.html || true; } | put "$folder" '' "$ASK_EACH_TIME"
  echo index.html | put "$folder" '' "$ASK_EACH_TIME"
  echo "$version" | put_text .releases/current
  invalidate "$folder"
  rm -rf "$folder"
}

# invalidate <folder>: files with a hash are never asked for under an old name.
invalidate() {
  local paths=(/ /index.html) file
  if [[ -z $DISTRIBUTION ]]; then return 0; fi
  while read -r file; do paths+=("/$file"); done < <(files_of "$1" other | grep -vx index.html)
  aws cloudfront create-invalidation --distribution-id "$DISTRIBUTION" --paths "${paths[@]}" --query Invalidation.Id --output text |
    sed 's/^/invalidation /' >&2
}

# Keeps the releases that browsers got last, and whatever was uploaded since the oldest of them: it may be about to be shown. Of
# the others goes what no kept one names. Whoever calls this lets it end where anything fails: a list that is not whole would take
# files that are needed.
prune_client() {
  local present lists time version which shown=0 named file
  local -A kept=() outdated=()
  present=$(client_version)
  lists=$(clients_by_age)
  while read -r time version which; do
    [[ -n $version ]] || continue
    if ((shown < KEPT_CLIENTS)) || [[ $version == "$present" ]]; then kept[$version]=$time; fi
    if [[ $which == .shown ]]; then shown=$((shown + 1)); fi
    outdated[$version]=$time
  done <<<"$lists"
  for version in "${!kept[@]}"; do unset "outdated[$version]"; done
  named=$(for version in "${!kept[@]}"; do files_of_client "$version" || exit 1; done)
  for version in "${!outdated[@]}"; do
    say "client: removing $version"
    files_of_client "$version" |
      { grep -vxF -f <(echo "$named") || true; } |
      while read -r file; do aws s3 rm --only-show-errors "$CLIENT_BUCKET/$file"; done
    aws s3 rm --only-show-errors --recursive --exclude .files "$CLIENT_BUCKET/.releases/$version/"
    # Last: until then it is known what is left to remove.
    aws s3 rm --only-show-errors "$CLIENT_BUCKET/.releases/$version/.files"
  done
}

# When each release was uploaded (.files) and last shown (.shown): `<time> <version> <which>`, newest first.
clients_by_age() {
  aws s3api list-objects-v2 --bucket "${CLIENT_BUCKET#s3://}" --prefix .releases/ --output text \
    --query "Contents[?ends_with(Key, '/.files') || ends_with(Key, '/.shown')].[LastModified, Key]" |
    sed -nE 's#^(\S+)\s+\.releases/([^/]+)/(\.files|\.shown)$#\1 \2 \3#p' | LC_ALL=C sort -r
}

# keep_artefact <archive>: for machines that boot later.
keep_artefact() {
  local name
  name=$(basename "$1")
  aws s3 cp --only-show-errors "$1" "$ARTEFACT_BUCKET/releases/$name"
  aws s3 cp --only-show-errors "$1.sha256" "$ARTEFACT_BUCKET/releases/$name.sha256"
}

# name_current <version>: which artefact they take.
name_current() {
  printf '%s\n' "$1" | aws s3 cp --only-show-errors --content-type 'text/plain; charset=utf-8' - "$ARTEFACT_BUCKET/releases/current"
}
