#!/usr/bin/env python3
"""Writes prices.csv: three years of closing prices that nobody ever paid.

    python3 make-prices.py > prices.csv

The price is pulled towards a value that wanders slowly, and keeps a part of yesterday's move: so the last three closes say
something of the next, though not much. The same numbers come out on every machine.
"""

import random


def main():
    numbers = random.Random(20260101)
    value, price, move = 100.0, 100.0, 0.0
    print("day,close,volume")
    for day in range(1, 751):
        value *= 1 + numbers.gauss(0, 0.002)
        move = 0.45 * move + 0.12 * (value - price) + numbers.gauss(0, 0.8)
        price += move
        print(f"{day},{price:.2f},{round(50_000 * (1 + abs(move)) * numbers.uniform(0.8, 1.2))}")


if __name__ == "__main__":
    main()
