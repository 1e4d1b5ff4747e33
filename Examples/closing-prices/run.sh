#!/bin/bash
# Tomorrow's close from the last three.
set -euo pipefail
. "$(dirname "$0")/../programs.sh"

fasttrain-data series prices.csv --column close --window 3 -o out/close.safetensors
fasttrain --data out/close.safetensors --hidden 16 --epochs 200 --learning-rate 0.005 --checkpoint-every 1000 \
    --quiet --output out/forecast
fasttrain predict out/forecast --data prices.csv -o out/forecasts.csv

# A forecast for each day that has two before it; the last one is for the day after the table's end.
paste -d, <(tail -n +4 prices.csv) <(tail -n +2 out/forecasts.csv) | awk -F, '
    NR >= 600 { naive += ($2 - today)^2; ours += ($2 - forecast)^2; days++ }
    { today = $2; forecast = $NF }
    END {
        printf "\nthe last %d days, which were not trained on: root mean square error\n", days
        printf "    forecasts                    %.3f\n", sqrt(ours / days)
        printf "    \"as today\", to compare with  %.3f\n", sqrt(naive / days)
        printf "the close after the last day: %.2f\n", forecast
    }'
