#!/usr/bin/env bash
# alarms.sh N [SCORES...]: a line when a unit's N-th record in a row is anomalous: unit, cycle, the sensors that explain it.
set -euo pipefail
jq -n -r --argjson rows "$1" '
    foreach inputs as $record ({};
        .[$record.unit_id | tostring] |= if $record.is_anomaly then . + 1 else 0 end;
        if .[$record.unit_id | tostring] == $rows
        then [$record.unit_id, $record.cycle, ($record.contributions // {} | keys_unsorted | join(" "))] | @tsv
        else empty end)' -- "${@:2}"
