# shellcheck shell=bash
# What the desk reads, the certificate, and what CloudFront proves itself with.

# Lines of a file of settings in which a name that is given again is not there twice.
with_defaults() {
  local text=$1 line
  shift
  [[ -z $text ]] || printf '%s\n' "$text"
  for line in "$@"; do
    grep -q "^${line%%=*}=" <<<"$text" || echo "$line"
  done
}

# The given settings, or those that are there, and where on this machine things lie. For its user alone.
write_settings() {
  local user app file text='' defaults
  user=$(value_of APP_USER) app=$(value_of APP_DIR)
  file=$ROOT$app/shared/.env.$(value_of NODE_ENV)
  if [[ -n $SETTINGS ]]; then text=$(<"$SETTINGS"); elif [[ -e $file ]]; then text=$(<"$file"); fi
  if [[ -z $text ]]; then
    say "no settings of the desk yet: setup --settings <file>, or write $file"
    return
  fi
  defaults=("PORT=$(value_of PORT)" HOST=127.0.0.1 "UPLOAD_DIR=$app/uploads" "BACKUP_DIR=$app/backups"
    "MAIL_DIR=$app/mail-outbox" LOG_TRANSPORT=file "LOG_DIR=$app/logs"
    "HEALTH_MEMORY_LIMIT_MB=$(value_of MEMORY_LIMIT_MB)")
  [[ $(value_of ENGINE) != sqlite ]] || defaults+=("DATABASE_PATH=$app/database.sqlite")
  put "$file" 600 "$user" < <(with_defaults "$text" "${defaults[@]}")
}

# Until there is a real one nginx has to have some, or it answers nobody, not even Let's Encrypt.
prepare_certificate() {
  local certificate domain lineage own=/etc/liftdesk/self-signed
  certificate=$(value_of CERTIFICATE_DIR) domain=$(value_of DOMAIN)
  lineage=/etc/letsencrypt/live/$domain
  if [[ $(value_of TLS) == off || -e $ROOT$certificate/fullchain.pem ]]; then return; fi
  # Under another root a link leads out of it.
  if [[ -L $ROOT$certificate && -e $ROOT$(readlink "$ROOT$certificate")/fullchain.pem ]]; then return; fi
  [[ ! -d $ROOT$certificate || -L $ROOT$certificate ]] || fail "$certificate has no fullchain.pem"
  if [[ ! -e $ROOT$lineage/fullchain.pem ]]; then
    lineage=$own
    say "makes a certificate that vouches for itself, for the time until there is another"
    [[ -e $ROOT$own/fullchain.pem ]] || run self_sign "$domain" "$ROOT$own"
  fi
  run ln -sfn "$lineage" "$ROOT$certificate"
}

self_sign() {
  mkdir -p "$2"
  (umask 077 && openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj "/CN=$1" -addext "subjectAltName=DNS:$1" \
    -keyout "$2/privkey.pem" -out "$2/fullchain.pem" 2>/dev/null)
  # What vouches is no secret: the smoke test of a release reads it.
  chmod 644 "$2/fullchain.pem"
}

# The secret is in this file of root alone, and in no log. Where it was changed, setup takes the new one.
fetch_origin_secret() {
  local id file=$ROOT/etc/nginx/liftdesk/origin-secret.map secret
  id=$(value_of ORIGIN_SECRET_ID)
  if [[ $(value_of CDN) == off || -z $id ]]; then return; fi
  if [[ $DRY_RUN == yes ]]; then
    say "would read the secret $id into $file"
    return
  fi
  secret=$(aws --region "$(value_of AWS_REGION)" secretsmanager get-secret-value --secret-id "$id" \
    --query SecretString --output text) || fail "the secret $id cannot be read: has the role of this machine secretsmanager:GetSecretValue for it?"
  [[ $secret =~ ^[A-Za-z0-9_-]{32,}$ ]] || fail "the secret $id is none of 32 letters and digits or more"
  put "$file" 600 <<<"\"$secret\" 1;"
  if [[ $PUT == yes ]]; then note_changed /etc/nginx/liftdesk/origin-secret.map; fi
}
