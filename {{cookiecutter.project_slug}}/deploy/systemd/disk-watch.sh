#!/bin/sh
# disk-watch.sh PERCENT FOLDER...: fails when a disk has less room than that, in bytes or in inodes,
# or when nothing can be found out about it. A full disk stops everything at once: the database, the
# logs, the sessions of uploads; so does a dead one.
export LC_ALL=C
limit=$1
shift
status=0

# complain FOLDER TEXT...: <3> is an error for the journal.
complain() {
    echo "<3>$1: $2" >&2
    status=1
}

for folder in "$@"; do
    for what in space inodes; do
        case $what in
            space) option=-P ;;
            inodes) option=-Pi ;;
        esac
        # A mount whose server has gone may never answer.
        said=$(timeout -k 1 10 df $option "$folder" 2>&1)
        result=$?
        case $result:$said in
            0:*) ;;
            124:* | 137:*) complain "$folder" "df gave no answer in 10 s" && break ;;
            *": No such file or directory") break ;; # a machine without this folder
            *) complain "$folder" "df failed: $said" && break ;;
        esac
        used=$(echo "$said" | awk 'END { print $5 }')
        used=${used%\%}
        case $used in
            '' | *[!0-9]*) continue ;; # a file system that does not count them
        esac
        if [ "$used" -ge "$limit" ]; then
            complain "$folder" "$used % of its $what used, the limit is $limit %"
        fi
    done
done
exit $status
