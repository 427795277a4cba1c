# shellcheck shell=bash
# What the distribution brings: nginx, Node, certbot, the CloudWatch agent, security updates.

install_packages() {
  local wanted=()
  has nginx || wanted+=(nginx)
  has logrotate || wanted+=(logrotate)
  has openssl || wanted+=(openssl)
  has curl || wanted+=(curl)
  has tar || wanted+=(tar)
  if has dnf; then
    has xfs_growfs || wanted+=(xfsprogs)
    [[ -x $AGENT ]] || wanted+=(amazon-cloudwatch-agent)
  fi
  [[ ${#wanted[@]} -eq 0 ]] || install_of_distribution "${wanted[@]}"
  [[ $(value_of ENGINE) != postgres ]] || install_postgres_client
  [[ -z $(value_of ACME_EMAIL) ]] || install_certbot
  install_node
  if [[ $(value_of SECURITY_UPDATES) != off ]]; then update_by_itself; fi
}

install_of_distribution() {
  say "installs $*"
  if has dnf; then
    run dnf -y -q install "$@"
  else
    run apt-get -q -y update
    run env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "$@"
  fi
}

# pg_dump of the server's version or a newer one.
install_postgres_client() {
  local version
  has pg_dump && return
  if ! has dnf; then
    install_of_distribution postgresql-client
    return
  fi
  for version in 18 17 16; do
    dnf -q list --available "postgresql$version" >/dev/null 2>&1 || continue
    install_of_distribution "postgresql$version"
    return
  done
  fail "dnf has no postgresql of version 16 or newer: pg_dump is wanted for backups"
}

# Where the distribution has none, as certbot's own people say it is installed there.
install_certbot() {
  has certbot && return
  if ! has dnf || dnf -q list --available certbot >/dev/null 2>&1; then
    install_of_distribution certbot
    return
  fi
  say "installs certbot into /opt/certbot"
  run python3 -m venv /opt/certbot
  run /opt/certbot/bin/pip install --quiet certbot
  run ln -sfn /opt/certbot/bin/certbot /usr/local/bin/certbot
}

node_is_right() {
  local major=$1 there
  has node && has npm || return 1
  there=$(node -p 'process.versions.node.split(".")[0]')
  if [[ -n $major ]]; then [[ $there == "$major" ]]; else [[ $there =~ ^(20|22|24)$ ]]; fi
}

install_node() {
  local major
  major=$(value_of NODE_MAJOR)
  node_is_right "$major" && return
  major=${major:-24}
  say "installs Node $major"
  if has dnf && dnf -q list "nodejs$major" >/dev/null 2>&1; then
    run dnf -y -q install "nodejs$major" "nodejs$major-npm"
    run alternatives --set node "/usr/bin/node-$major"
  else
    install_node_of_its_makers "$major"
  fi
  [[ $DRY_RUN == yes ]] || node_is_right "$major" || fail "node is $(node --version) after that, and not $major"
}

# Checked against the sums that stand beside it, over TLS.
install_node_of_its_makers() {
  local site=https://nodejs.org/dist/latest-v$1.x machine folder name
  case $(uname -m) in
    x86_64) machine=linux-x64 ;;
    aarch64) machine=linux-arm64 ;;
    *) fail "there is no Node for $(uname -m) that this knows of" ;;
  esac
  if [[ $DRY_RUN == yes ]]; then
    say "would fetch Node from $site"
    return
  fi
  folder=$(mktemp -d)
  (
    cd "$folder" || exit
    curl -fsS --retry 5 --proto '=https' -O "$site/SHASUMS256.txt"
    name=$(sed -n "s/^[0-9a-f]\{64\}  \(node-v.*-$machine\.tar\.gz\)$/\1/p" SHASUMS256.txt)
    curl -fsS --retry 5 --proto '=https' -O "$site/$name"
    grep " $name\$" SHASUMS256.txt | sha256sum --check --quiet
    tar -xzf "$name" --no-same-owner -C /usr/local --strip-components=1 --exclude='*.md' --exclude='*/LICENSE'
  )
  rm -rf "$folder"
}

# Security updates come by themselves. Amazon Linux stays at the release it was made from unless it is told otherwise.
update_by_itself() {
  if has dnf; then
    has dnf-automatic || install_of_distribution dnf-automatic
    put /etc/dnf/vars/releasever 644 <<<latest
    put /etc/dnf/automatic.conf 644 <<'CONF'
[commands]
upgrade_type = security
random_sleep = 3600
download_updates = yes
apply_updates = yes
[emitters]
emit_via = stdio
[base]
debuglevel = 1
CONF
  else
    has unattended-upgrade || install_of_distribution unattended-upgrades
    put /etc/apt/apt.conf.d/52liftdesk 644 <<'CONF'
APT::Periodic::Update-Package-Lists "1";
APT::Periodic::Unattended-Upgrade "1";
// Files that Liftdesk has put in the place of a package's stay.
Dpkg::Options { "--force-confdef"; "--force-confold"; };
CONF
  fi
}
