#!/bin/sh
# disk-watch.sh PERCENT FOLDER...: fails when a disk has less room than that, in bytes or in inodes.
# A full disk stops everything at once: the database, the logs, the sessions of uploads.
limit=$1
shift
status=0
for folder in "$@"; do
    [ -d "$folder" ] || continue
    for what in space inodes; do
        case $what in
            space) used=$(df -P "$folder" | awk 'NR == 2 { print $5 }') ;;
            inodes) used=$(df -Pi "$folder" | awk 'NR == 2 { print $5 }') ;;
        esac
        used=${used%\%}
        case $used in
            '' | *[!0-9]*) continue ;; # a file system that does not count them
        esac
        if [ "$used" -ge "$limit" ]; then
            # <3> is an error for the journal.
            echo "<3>$folder: $used % of its $what used, the limit is $limit %" >&2
            status=1
        fi
    done
done
exit $status
