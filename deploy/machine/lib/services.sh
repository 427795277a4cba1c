# shellcheck shell=bash
# What runs, and what comes back after a reboot.

UNITS=(liftdesk.service liftdesk-backup.timer liftdesk-watch.timer liftdesk-certificate.timer nginx.service
  logrotate.timer)

start_services() {
  local unit units=("${UNITS[@]}")
  if ! has systemctl; then
    say "there is no systemd: deploy/machine/cron has the backup; what starts PM2 and nginx is yours to say"
    return
  fi
  if has dnf-automatic; then units+=(dnf-automatic.timer); fi
  run systemctl enable --quiet "${units[@]}"
  if ! runs_systemd; then
    say "systemd does not run here: units are in their places, and nothing was started"
    return
  fi
  if was_changed '/etc/systemd/*'; then run systemctl daemon-reload; fi
  for unit in "${units[@]}"; do
    systemctl is-active --quiet "$unit" || run systemctl start "$unit"
  done
  if was_changed '/etc/nginx/*'; then run systemctl reload nginx.service; fi
  if was_changed /etc/systemd/system/liftdesk.service && [[ -e $(value_of APP_DIR)/current ]]; then
    say "liftdesk.service is another now: it holds from the next start, systemctl restart liftdesk or a reboot"
  fi
  # Behind a CDN that asks for a real certificate nobody is served until there is one.
  if [[ -n $(value_of ACME_EMAIL) ]]; then run systemctl start --no-block liftdesk-certificate.service; fi
  start_agent
}

start_agent() {
  if [[ ! -x $AGENT ]]; then return; fi
  if was_changed /etc/liftdesk/cloudwatch-agent.json || ! systemctl is-active --quiet amazon-cloudwatch-agent; then
    run "$AGENT" -a fetch-config -m ec2 -s -c file:/etc/liftdesk/cloudwatch-agent.json
  fi
}
