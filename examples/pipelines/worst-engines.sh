#!/usr/bin/env bash
# worst-engines.sh SCORES...: each unit's last record, the anomalous ones, worst first, as a table.
set -euo pipefail
jq -s -r '
    group_by(.unit_id) | map(max_by(.cycle) | select(.is_anomaly)) | sort_by(-.anomaly_score)[]
    | [.unit_id, .cycle, (.anomaly_score * 1000 | round / 1000), (.contributions // {} | keys_unsorted | join(" "))]
    | @tsv' -- "$@"
