#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""usage: texts.py update LUPDATE    brings the texts up to date with the sources
          texts.py check LUPDATE     says what is out of date, unfinished or wrong; a test"""

import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
# Name of the files -> folders with their sentences.
FOLDERS = {"qombu": ["module", "qml"], "qombu-inspector": ["inspector"]}
LANGUAGES = ["en", "zh_CN"]
# The same in every language: what is filled in, HTML, and the accelerator of a menu.
FILLED_IN = re.compile(r"%L?\d+|%L?n|</?\w+[^>]*>")
# Python's interpreter and Qt's tool speak of these as mistakes in the sources.
MISTAKE = re.compile(r"cannot be called without context|lacks Q_OBJECT|Unbalanced|Unterminated")


def lupdate(program, folder):
    """Updates the texts in folder; returns what lupdate found wrong in the sources."""
    said = []
    for name, folders in FOLDERS.items():
        for language in LANGUAGES:
            plurals = ["-pluralonly"] if language == "en" else []
            command = (
                [program, "-no-obsolete", "-locations", "none", "-source-language", "en_US",
                 "-target-language", language, *plurals, "-I", "module/include", "-I", "module",
                 "-I", "inspector", *folders, "-ts", folder / f"{name}_{language}.ts"])
            try:
                result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True,
                                        timeout=100)
            except subprocess.TimeoutExpired:
                # lupdate 6.4 never ends when the count of a plural contains a template: give the
                # count a name of its own.
                sys.exit(f"lupdate does not end in: {' '.join(folders)}")
            if result.returncode != 0:
                sys.exit(result.stderr)
            said += [line for line in result.stderr.splitlines() if MISTAKE.search(line)]
    return sorted(set(said))


def mistakes_of(message):
    """What is wrong with one translated message, as sentences."""
    source = message.findtext("source", "")
    translation = message.find("translation")
    if translation.get("type") == "unfinished":
        yield "unfinished"
        return
    forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
    for form in forms:
        if not form.strip():
            yield "empty"
        wanted, given = sorted(FILLED_IN.findall(source)), sorted(FILLED_IN.findall(form))
        if wanted != given:
            yield f"has {given or 'nothing'} where the source has {wanted or 'nothing'}"
        if source.count("\n") != form.count("\n"):
            yield "has another number of lines"
        for end in ("…", " "):
            if source.endswith(end) != form.endswith(end):
                yield f"must end in '{end}' as the source does" if source.endswith(end) \
                    else f"ends in '{end}', the source does not"
        accelerator = re.compile(r"&[^&\s]")
        if bool(accelerator.search(source)) != bool(accelerator.search(form)):
            yield "has or lacks an accelerator (&) unlike the source"


def check(program):
    mistakes = []
    with tempfile.TemporaryDirectory() as folder:
        for text in HERE.glob("*.ts"):
            shutil.copy(text, folder)
        mistakes += lupdate(program, Path(folder))
        for fresh in sorted(Path(folder).glob("*.ts")):
            kept = HERE / fresh.name
            if not kept.exists() or kept.read_bytes() != fresh.read_bytes():
                mistakes.append(f"{fresh.name}: not up to date: build the target update_translations")
            for context in xml.parse(fresh).getroot().iter("context"):
                for message in context.iter("message"):
                    mistakes += [f"{fresh.name}: {context.findtext('name')}: "
                                 f"{message.findtext('source')!r}: {mistake}"
                                 for mistake in mistakes_of(message)]
    print("\n".join(mistakes))
    return 1 if mistakes else 0


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in {"update", "check"}:
        sys.exit(__doc__)
    if sys.argv[1] == "check":
        sys.exit(check(sys.argv[2]))
    for mistake in lupdate(sys.argv[2], HERE):
        print(mistake)


if __name__ == "__main__":
    main()
