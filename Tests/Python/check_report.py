#!/usr/bin/env python3
"""Open the reports of runs in headless Chromium: as on a phone, on a desktop, and in dark mode.

    python3 check_report.py FASTTRAIN FASTTRAIN_DATA

Nothing may overflow the page or be loaded from elsewhere, and the console must stay silent, whatever the names of
classes and columns are. Needs only Chromium; without it, prints SKIPPED.
"""

import csv
import html
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

# Renders the page in a frame of a given width, and reports the result as JSON in the title.
SURVEY = """
const frame = document.querySelector('iframe');
frame.onload = () => {
  const page = frame.contentDocument, width = frame.clientWidth;
  const scrolls = element => element.closest('.wide');
  const outside = [...page.querySelectorAll('body *')].filter(element => {
    const box = element.getBoundingClientRect();
    const isOut = box.width > 0 && (box.right > width + 1 || box.left < -1);
    const isFull = !element.closest('svg') && element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
    return (isOut || isFull) && !scrolls(element);
  });
  const style = frame.contentWindow.getComputedStyle(page.body);
  document.title = JSON.stringify({
    overflow: page.documentElement.scrollWidth - width,
    outside: outside.slice(0, 5).map(element => element.outerHTML.slice(0, 160)),
    loaded: frame.contentWindow.performance.getEntriesByType('resource').map(entry => entry.name.slice(0, 80))
      .filter(name => !name.startsWith('data:')),
    broken: [...page.images].filter(image => image.loading != 'lazy' && !image.naturalWidth).length,
    background: style.backgroundColor, ink: style.color,
    sections: [...page.querySelectorAll('h2')].map(heading => heading.textContent),
  });
};
frame.srcdoc = SOURCE;
"""

HOSTILE = [
    "<script>alert(1)</script>", "\"quoted\" & 'single' &amp; <b>", "שלום עולם", "\u202ereversed", "two\nlines",
    "long" * 60, "日本語の名前がここにあります", "</style><img src=x onerror=alert(1)>", "a-very-long-name-without-a-space" * 4,
]


class Browser:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def survey(self, report, width, scheme):
        source = json.dumps(report.read_text()).replace("<", "\\u003c")
        frame = f'<iframe style="width:{width}px;height:3000px;border:0;color-scheme:{scheme}"></iframe>'
        page = self.folder / "page.html"
        page.write_text(f"<!DOCTYPE html><meta charset=utf-8><title></title>{frame}"
                        f"<script>{SURVEY.replace('SOURCE', source)}</script>")
        result = subprocess.run(
            [self.program, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr",
             "--virtual-time-budget=10000", f"--window-size={width + 100},3000",
             f"--user-data-dir={self.folder / 'profile'}", "--dump-dom", page.as_uri()],
            capture_output=True, text=True, timeout=120)
        assert result.returncode == 0, result.stderr
        console = [line for line in result.stderr.splitlines() if "CONSOLE" in line]
        assert not console, console
        title = re.search("<title>(.*?)</title>", result.stdout, re.DOTALL).group(1)
        assert title, f"no answer from the browser: {result.stderr}"
        return json.loads(html.unescape(title))


def contrast(one, other):
    """Return the contrast of two CSS colors by the WCAG formula: 1 to 21."""
    def luminance(color):
        values = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        return sum(
            share * (value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4)
            for share, value in zip((0.2126, 0.7152, 0.0722), values))
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def check(browser, name, report, sections):
    found = {}
    for width, scheme in [(390, "light"), (390, "dark"), (1280, "light")]:
        answer = browser.survey(report, width, scheme)
        where = f"{name}, {width} px, {scheme}"
        assert answer["overflow"] <= 0, f"{where}: {answer['overflow']} px wider than the screen: {answer['outside']}"
        assert not answer["outside"], f"{where}: {answer['outside']}"
        assert not answer["loaded"], f"{where}: loads {answer['loaded']}"
        assert not answer["broken"], f"{where}: {answer['broken']} pictures cannot be shown"
        assert contrast(answer["background"], answer["ink"]) > 10, f"{where}: {answer}"
        for section in sections:
            assert section in answer["sections"], f"{where}: no section '{section}' in {answer['sections']}"
        found[scheme] = answer["background"]
    assert contrast(found["light"], found["dark"]) > 10, found
    print(f"report of {name}: nothing sticks out at 390 and 1280 px, light and dark; the console is silent")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    fasttrain, converter = sys.argv[1:]
    program = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    if program is None:
        print("SKIPPED: the check of reports in a browser: there is no Chromium here")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        browser = Browser(program, folder)

        def train(name, *options):
            subprocess.run([fasttrain, *options, "--quiet", "--output", folder / name], check=True, stdout=subprocess.DEVNULL)
            return folder / name / "report.html"

        def convert(name, columns, rows, *options):
            with open(folder / (name + ".csv"), "w", newline="") as file:
                csv.writer(file).writerows([columns, *rows])
            output = folder / (name + ".safetensors")
            subprocess.run([converter, "csv", folder / (name + ".csv"), *options, "-o", output], check=True,
                           stdout=subprocess.DEVNULL)
            return output

        numbers = random.Random(1)
        check(browser, "digits", train("digits", "--epochs", "2"),
              ["Training", "Confusion matrix", "Scores by class", "Most confident mistakes", "Weights of the first layer"])
        rows = [(numbers.random(), HOSTILE[n % len(HOSTILE)]) for n in range(180)]
        data = convert("hostile & <classes>", ["x", "class"], rows, "--target", "class")
        check(browser, "classes of hostile names", train("classes", "--data", data, "--hidden", "4,4,4"),
              ["Confusion matrix", "Scores by class", "Most confident mistakes"])
        columns = [name.replace("\n", " ") for name in HOSTILE]
        rows = [[numbers.gauss(0, 10.0 ** n) for n in range(len(columns))] for _ in range(120)]
        # Targets are given by position, because some names contain commas.
        data = convert("columns", columns, rows, "--target", ",".join(str(n + 2) for n in range(len(columns) - 1)))
        check(browser, "columns of hostile names", train("columns", "--data", data, "--validation", "0"),
              ["Predicted and true"])
        rows = [(n, f"class {n % 100}") for n in range(600)]
        data = convert("hundred", ["x", "class"], rows, "--target", "class", "--test", "0")
        check(browser, "a hundred classes", train("hundred", "--data", data, "--epochs", "1"), ["Scores by class"])
        check(browser, "no rows to measure on",
              train("bare", "--data", data, "--epochs", "1", "--validation", "0", "--hidden", "none"), ["Quality"])


if __name__ == "__main__":
    main()
