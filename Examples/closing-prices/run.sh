#!/bin/bash
# Forecasts tomorrow's close of the S&P 500 from the last three closes, and compares with the naive forecast: tomorrow
# as today.
set -euo pipefail
. "$(dirname "$0")/../programs.sh"

fasttrain-data series sp500.csv --column close --window 3 -o out/close.safetensors
fasttrain --data out/close.safetensors --hidden none --optimizer lbfgs --epochs 100 --validation 0 \
    --checkpoint-every 100 --quiet --output out/forecast
fasttrain predict out/forecast --data sp500.csv -o out/forecasts.csv

# One forecast for each day that has two days before it; the last is for the day after the end of the table.
paste -d, <(tail -n +4 sp500.csv) <(tail -n +2 out/forecasts.csv) | awk -F, '
    $1 >= "2015-01-02" { naive += ($2 - today)^2; ours += ($2 - forecast)^2; days++ }
    { today = $2; forecast = $NF }
    END {
        printf "\nroot mean square error on the last %d days, which were not trained on\n", days
        printf "    linear regression   %.3f\n", sqrt(ours / days)
        printf "    tomorrow as today   %.3f\n", sqrt(naive / days)
        printf "forecast for the day after the last: %.2f\n", forecast
    }'
