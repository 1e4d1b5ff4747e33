#!/usr/bin/env python3
"""Write docs/CLI.md from the programs' own declarations, or check that it is up to date.

    Tools/cli-reference.py [--check] FASTTRAIN FASTTRAIN-DATA

Commands and options come from `--experimental-dump-help` of both programs; types and ranges of the recipe's settings from
`fasttrain dump-settings`, which prints the declarations in Sources/FastTrain/Recipe/Settings.
"""

import argparse
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs/CLI.md"
INTRODUCTION = """\
# Which commands and options are there?

This document is made from the declarations in the source code by `make cli-reference`; do not edit it by hand.
`fasttrain COMMAND --help` shows the same text in the terminal.

## Settings on the command line and in files

The options under [Recipe](#recipe) set the recipe: all that determines the result of a run, bit for bit. In a YAML or JSON
file for `--config`, in the space of a search and in `recipe.json`, a setting has the name of its option with underscores:
`--learning-rate 0.01` is `learning_rate: 0.01`. A list has commas on the command line and brackets in a file:
`--hidden 256,128` is `hidden: [256, 128]`. A flag is `true` or `false` in a file. An option overrides the file.

A setting that would have no effect is an error, because it is usually a mistake:

- On the command line, this applies to every option that is given: `--momentum 0.5` requires `--optimizer sgd`.
- In a file, it applies to every setting whose value is not the default, so that a file may list all settings.
- The `recipe.json` of a run is accepted as it is, so that `--config run/recipe.json` always repeats the run. Such a file has
  a `fingerprint`; remove that line to have an edited copy checked like any other file.
- In a search, a setting of all trials must have an effect in at least one of them.
"""
# The commands that take all options of the recipe; those are described once.
SHARED = ("Data", "Network", "Training")


def output(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def cell(text):
    """The text as the content of a table's cell."""
    return re.sub(r"(?<![`\w-])(--[a-z][a-z0-9-]*)", r"`\1`", " ".join(text.split())).replace("|", "\\|")


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def split_default(text):
    """Separate the "(default: …)" that ends a help text."""
    found = re.search(r"\s*\(default: (.*)\)$", text, re.DOTALL)
    return (text[: found.start()], found.group(1)) if found else (text, "")


def paragraphs(text):
    """The text with its paragraphs wrapped; indented lines are kept as they are."""
    blocks = text.split("\n\n")
    return "\n\n".join(block if block.startswith(" ") else textwrap.fill(block, 120) for block in blocks) + "\n"


def option_name(argument):
    prefix = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    names = sorted(argument.get("names", []), key=lambda name: name["kind"] != "short")
    text = ", ".join(prefix[name["kind"]] + name["name"] for name in names)
    if argument["kind"] == "positional":
        return f"`<{argument['valueName']}>`"
    return f"`{text} <{argument['valueName']}>`" if argument["kind"] == "option" else f"`{text}`"


def merged_flags(arguments):
    """The arguments, with `--no-x` merged into `--x`."""
    result = []
    for argument in arguments:
        name = (argument.get("names") or [{"name": ""}])[-1]["name"]
        if result and argument["kind"] == "flag" and name.startswith("no-"):
            before = result[-1]
            if before["names"][-1]["name"] == name[3:]:
                before["names"] = before["names"] + argument["names"]
                continue
        result.append(dict(argument))
    return result


def option_rows(arguments):
    rows = []
    for argument in merged_flags(arguments):
        if not argument["shouldDisplay"] or option_name(argument) in ("`-h, --help`", "`--version`"):
            continue
        text, default = split_default(argument.get("abstract", ""))
        default = argument.get("defaultValue", default)
        values = argument.get("allValues", [])
        choices = f" One of {', '.join(f'`{value}`' for value in values)}." if values else ""
        rows.append((option_name(argument), cell(default), cell(text) + choices))
    return rows


def setting_rows(arguments, settings):
    rows = []
    for argument in merged_flags(arguments):
        name = "--" + argument["names"][0]["name"]
        setting = settings.get(name)
        if setting is None:
            text, default = split_default(argument.get("abstract", ""))
            rows.append((option_name(argument), "", cell(argument.get("defaultValue", default)), "", cell(text)))
            continue
        text = " ".join(filter(None, (setting["help"], setting["goes_with"])))
        default = setting["default"]
        if setting["type"] == "flag":
            default = name if default == "true" else name.replace("--", "--no-", 1)
        values = ", ".join(f"`{choice}`" for choice in setting["choices"]) or cell(setting["range"].removeprefix("of "))
        rows.append((option_name(argument), setting["type"], cell(default), values, cell(text)))
    return rows


def command_text(path, command, settings):
    parts = [f"## {' '.join(path)}\n", command.get("abstract", "") + "\n"]
    if command.get("discussion"):
        parts.append(paragraphs(command["discussion"]))
    arguments = command.get("arguments", [])
    shared = [argument for argument in arguments if argument.get("sectionTitle") in SHARED]
    own = [argument for argument in arguments if argument not in shared]
    rows = option_rows(own)
    if rows:
        parts.append(table(("Argument or option", "Default", "Meaning"), rows))
    if shared:
        parts.append("It also takes all options under [Recipe](#recipe).\n")
    return "\n".join(parts)


def recipe_text(command, settings):
    parts = ["## Recipe\n"]
    for title in SHARED:
        arguments = [argument for argument in command["arguments"] if argument.get("sectionTitle") == title]
        header = ("Option", "Type", "Default", "Range or values", "Meaning")
        parts += [f"### {title}\n", table(header, setting_rows(arguments, settings))]
    return "\n".join(parts)


def visible_commands(tool):
    commands = tool["command"].get("subcommands", [])
    return [command for command in commands if command.get("shouldDisplay", True) and command["commandName"] != "help"]


def reference(fasttrain, converter):
    settings = {setting["option"]: setting for setting in json.loads(output(fasttrain, "dump-settings"))}
    parts = [INTRODUCTION]
    for program, name in ((fasttrain, "fasttrain"), (converter, "fasttrain-data")):
        commands = visible_commands(json.loads(output(program, "--experimental-dump-help")))
        for command in commands:
            parts.append(command_text((name, command["commandName"]), command, settings))
            if command["commandName"] == "train":
                parts.append(recipe_text(command, settings))
    return "\n".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="fail if docs/CLI.md is out of date")
    parser.add_argument("fasttrain", help="the program fasttrain")
    parser.add_argument("converter", help="the program fasttrain-data")
    arguments = parser.parse_args()
    text = reference(arguments.fasttrain, arguments.converter)
    if not arguments.check:
        DOCUMENT.write_text(text)
    elif not DOCUMENT.exists() or DOCUMENT.read_text() != text:
        sys.exit("docs/CLI.md is out of date: run make cli-reference")


if __name__ == "__main__":
    main()
