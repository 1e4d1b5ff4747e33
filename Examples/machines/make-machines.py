#!/usr/bin/env python3
"""Writes machines.csv: the state of 900 machines that do not exist, and what became of them within a month.

    python3 make-machines.py > machines.csv

Two columns are categories, two have gaps. The same rows come out on every machine.
"""

import math
import random


def main():
    numbers = random.Random(7)
    print("id,kind,site,hours,temperature,vibration,outcome")
    for number in range(1, 901):
        kind = numbers.choices(["lathe", "mill", "press"], [4, 3, 2])[0]
        site = numbers.choice(["Graz", "Linz", "São Paulo", "Oslo"])
        hours = numbers.uniform(0, 9000)
        temperature = numbers.gauss({"lathe": 61, "mill": 66, "press": 72}[kind] + (4 if site == "São Paulo" else 0), 5)
        vibration = numbers.lognormvariate(0.4 + hours / 12000, 0.35)
        wear = hours / 2600 + vibration * (0.9 if kind == "press" else 0.5) + max(0, temperature - 70) / 6
        wear += numbers.gauss(0, 0.35)
        outcome = "ok" if wear < 2.9 else "serviced" if wear < 4.4 else "broken"
        temperature_text = "" if numbers.random() < 0.08 else f"{temperature:.1f}"
        vibration_text = "" if numbers.random() < (0.15 if site == "Oslo" else 0.03) else f"{vibration:.2f}"
        print(f"{number},{kind},{site},{math.floor(hours)},{temperature_text},{vibration_text},{outcome}")


if __name__ == "__main__":
    main()
