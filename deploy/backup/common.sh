# What the four scripts share; each reads it with `.`. POSIX sh, with tar, sha256sum and flock, as
# every Debian image has them.
#
# Exit codes: 0 done, 1 failed (what was there is as it was), 64 wrong use, 75 another is running.
# shellcheck shell=sh
set -eu
umask 077

say() { printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

usage() {
    printf 'usage: %s\n' "$*" >&2
    exit 64
}

# lock FILE: hold it until this process ends, however it ends.
lock() {
    exec 9>"$1" || fail "$1 cannot be written."
    flock -n 9 || {
        say "Another backup or restore is running here ($1)."
        exit 75
    }
}

# Archives sort by time because their names do.
new_name() { printf '%s/%s-%s.%s\n' "$1" "$2" "$(date -u +%Y%m%dT%H%M%SZ)" "$3"; }

# seal ARCHIVE: ARCHIVE.part becomes ARCHIVE, with its checksum beside it before it has its name.
seal() {
    sum=$(sha256sum <"$1.part")
    printf '%s  %s\n' "${sum%% *}" "$(basename "$1")" >"$1.sha256"
    sync "$1.part" "$1.sha256"
    mv "$1.part" "$1"
    say "Made $1 ($(wc -c <"$1") bytes)."
}

# verify ARCHIVE: fails unless it is what was sealed.
verify() {
    [ -f "$1" ] || fail "There is no archive $1."
    [ -f "$1.sha256" ] || fail "$1 has no checksum beside it: not restored."
    (cd "$(dirname "$1")" && sha256sum --check --status "$(basename "$1").sha256") ||
        fail "$1 is not what was backed up (its checksum differs): not restored."
}

# archives FOLDER NAME SUFFIX: the archives, oldest first. Names are ours, without spaces.
archives() { find "$1" -maxdepth 1 -name "$2-*.$3" | sort; }

# prune FOLDER NAME SUFFIX: keep the newest $KEEP. Called after a backup was made, never before.
prune() {
    archives "$1" "$2" "$3" | head -n "-${KEEP:-7}" | while IFS= read -r old; do
        rm -f "$old" "$old.sha256"
        say "Removed $old: the newest ${KEEP:-7} are kept."
    done
}

# chosen ARCHIVE-OR-FOLDER NAME SUFFIX: the archive, or the newest of the folder.
chosen() {
    if [ -d "$1" ]; then
        newest=$(archives "$1" "$2" "$3" | tail -n 1)
        [ -n "$newest" ] || fail "There is no backup of $2 in $1."
        printf '%s\n' "$newest"
    else
        printf '%s\n' "$1"
    fi
}
