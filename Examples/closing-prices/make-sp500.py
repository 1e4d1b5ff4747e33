#!/usr/bin/env python3
"""Write sp500.csv: the daily closes of the S&P 500 from 1999 to 2018.

    pip download --no-deps arch==8.0.0
    python3 make-sp500.py arch-8.0.0-*.whl

The package has the prices of each day with six decimals, of which two are meant; the table keeps the date and the
close.
"""

import csv
import gzip
import sys
import zipfile
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
TABLE = "arch/data/sp500/sp500.csv.gz"


def main():
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        text = gzip.decompress(wheel.read(TABLE)).decode()
    with open(FOLDER / "sp500.csv", "w") as file:
        file.write("date,close\n")
        for row in csv.DictReader(text.splitlines()):
            date = datetime.strptime(row["Date"], "%m/%d/%Y").date()
            file.write(f"{date},{float(row['Close']):.2f}\n")


if __name__ == "__main__":
    main()
