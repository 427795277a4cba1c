# shellcheck shell=bash
# Room: swap for a small machine, and a disk of its own for what must outlive the machine.

SMALL_MB=2048

# A release and a reload are two processes for a moment, and npm and dnf want their share.
make_swap() {
  local memory
  memory=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) / 1024))
  if ((memory >= SMALL_MB)) || [[ $(wc -l </proc/swaps) -gt 1 ]]; then return; fi
  say "makes 1 GB of swap"
  if [[ ! -e /swapfile ]]; then
    run dd if=/dev/zero of=/swapfile.new bs=1M count=1024 status=none
    run mv /swapfile.new /swapfile
  fi
  run chmod 600 /swapfile
  run mkswap -q /swapfile
  run swapon /swapfile
  add_mount '/swapfile none swap sw 0 0'
}

add_mount() {
  if grep -qxF "$1" /etc/fstab; then return; fi
  say "writes to /etc/fstab: $1"
  [[ $DRY_RUN == yes ]] || echo "$1" >>/etc/fstab
}

# The disk is formatted only where there is nothing at all on it, and mounted only where no other one belongs.
mount_data() {
  local device folder
  device=$(value_of DATA_DEVICE) folder=$(value_of APP_DIR)
  if [[ -z $device ]]; then return; fi
  if ! mountpoint -q "$folder"; then
    [[ -b $device ]] || fail "DATA_DEVICE=$device is no disk"
    refuse_another "$device" "$folder"
    if [[ -d $folder && -n $(ls -A "$folder") ]]; then
      fail "$folder is not empty: what is in it would vanish behind the disk $device"
    fi
    mount_device "$device" "$folder"
    if [[ $DRY_RUN == yes ]]; then return; fi
  fi
  remember_mount "$folder"
  grow "$folder"
}

# Names of disks change from boot to boot: what the table of mounts says of the folder holds.
refuse_another() {
  local known
  known=$(in_table "$2")
  if [[ -z $known || $known == "$1" ]]; then return; fi
  [[ ${known#UUID=} == "$(blkid -p -s UUID -o value "$1" || true)" ]] ||
    fail "/etc/fstab says that $known belongs at $2, and not $1: mount that, or take its line away"
}

in_table() {
  awk -v at="$1" '$1 !~ /^#/ && $2 == at { print $1; exit }' /etc/fstab
}

# By its device: with nofail a name that is not known yet would be passed over without a word.
mount_device() {
  local device=$1 folder=$2 kind
  kind=$(kind_of "$device")
  if [[ -z $kind ]]; then
    kind=xfs
    has mkfs.xfs || kind=ext4
    say "formats $device, which is blank"
    run "mkfs.$kind" -q "$device"
  fi
  run mkdir -p "$folder"
  if [[ $DRY_RUN == yes ]]; then
    say "would mount: $device at $folder"
    return
  fi
  mount -t "$kind" -o noatime "$device" "$folder"
  mountpoint -q "$folder" || fail "$device is not mounted at $folder"
}

# What is mounted comes back there after a reboot; a line that is there already is left as it is.
remember_mount() {
  local source
  if [[ -n $(in_table "$1") ]]; then return; fi
  source=$(findmnt -n -o SOURCE "$1")
  [[ -b $source ]] || return 0
  add_mount "UUID=$(blkid -p -s UUID -o value "$source") $1 $(findmnt -n -o FSTYPE "$1") defaults,noatime,nofail 0 2"
}

# What is on a disk; nothing where it is blank. That it cannot be told is no answer.
kind_of() {
  local code=0 found
  found=$(blkid -p -s TYPE -o value "$1") || code=$?
  case $code in
    0) [[ -n $found ]] || fail "$1 has something on it that is no file system: partitions, perhaps" ;;
    2) is_blank "$1" || fail "$1 is not blank, and nobody knows what is on it: it is yours to format" ;;
    *) fail "it cannot be told what is on $1" ;;
  esac
  echo "$found"
}

# A file system whose beginning was damaged is none that is known, and still somebody's data.
is_blank() {
  cmp -s -n $((16 * 1024 * 1024)) "$1" /dev/zero
}

# A volume that was made larger is used whole.
grow() {
  if [[ $(findmnt -n -o FSTYPE "$1") == xfs ]]; then run xfs_growfs "$1" >/dev/null; fi
}
