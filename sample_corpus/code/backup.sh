#!/bin/sh
# Nightly snapshot of the home folder to the disk in the shed.
#
#   backup.sh [--keep DAYS] [--dry-run] [--verify]
#
# Unchanged files are hard links to the night before, so that thirty nights take little more room than one.

set -eu

SOURCE="$HOME"
TARGET="/mnt/shed/snapshots"
KEEP=30
DRY=no
RSYNC_FLAGS="-aHAX --delete --one-file-system --exclude-from=$HOME/.backup-exclude"

die() {
    echo "backup: $1" >&2
    exit "$2"
}

while [ $# -gt 0 ]; do
    case "$1" in
        --keep) KEEP="$2"; shift ;;
        --dry-run) DRY=yes; RSYNC_FLAGS="$RSYNC_FLAGS --dry-run" ;;
        --verify) RSYNC_FLAGS="$RSYNC_FLAGS --checksum" ;;
        *) die "unknown option $1" 64 ;;
    esac
    shift
done

# An unplugged disk leaves an empty mount point, and writing there would fill the system partition.
mountpoint -q /mnt/shed || die "the shed disk is not mounted" 73

# Two runs at once would tear each other's snapshot apart.
exec 9>"$TARGET/.lock"
flock -n 9 || die "another backup is running" 75

today=$(date +%F)
latest=$(find "$TARGET" -maxdepth 1 -name '20*' ! -name '*.partial' | sort | tail -n 1)

# shellcheck disable=SC2086
rsync $RSYNC_FLAGS ${latest:+--link-dest="$latest"} "$SOURCE/" "$TARGET/$today.partial/"
[ "$DRY" = no ] || exit 0

# The name without .partial appears only when everything has arrived.
mv "$TARGET/$today.partial" "$TARGET/$today"

find "$TARGET" -maxdepth 1 -name '20*' -mtime "+$KEEP" -exec rm -rf {} +

echo "backup: $today done, $(du -sh "$TARGET/$today" | cut -f1)" >&2
