#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The public headers are documented without a warning of qdoc, and completely.

With --output FOLDER the pages are kept there.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from sourcetree import Finding

HEADERS = Path("module/include/Qombu")
CONFIGURATION = Path("module/doc/qombu.qdocconf")
OVERVIEW = Path("module/doc/overview.qdoc")
# qdoc 6.4 reads C++17, in which Qt's headers lack a type that they then use.
PRELUDE = "enum char8_t : unsigned char {};\n"

PLACE = re.compile(r"^(.+?):(\d+): \(qdoc\) (?:warning|error): (.*)$", re.MULTILINE)
DOCUMENTED_TAGS = {"namespace", "class", "struct", "enum", "typedef", "function", "property",
                   "variable"}
# What moc's macros declare.
MADE_BY_MACROS = re.compile(r"qt_|metaObject$|staticMetaObject$|QPrivateSignal$|QtGadgetHelper$")
SECTION = re.compile(r"^(?:(public|protected|private)\b.*:|(Q_SIGNALS):|(class|struct)\b[^;]*$)")


def qt(what):
    program = shutil.which("qmake6") or shutil.which("qmake", path="/usr/lib/qt6/bin")
    if not program:
        sys.exit("qmake6 is needed: resources/packages/install build")
    query = subprocess.run([program, "-query", what], capture_output=True, text=True, check=True)
    return Path(query.stdout.strip())


def qdoc_program():
    folders = [str(qt("QT_HOST_BINS")), str(qt("QT_HOST_LIBEXECS")), os.environ.get("PATH", "")]
    program = shutil.which("qdoc", path=os.pathsep.join(folders))
    if not program:
        sys.exit("qdoc is needed (qt6-documentation-tools): resources/packages/install test")
    return program


class Reference:
    """Runs qdoc over one project."""

    def __init__(self, root, scratch):
        self.root = root
        self.scratch = scratch
        headers = sorted((root / HEADERS).rglob("*.h"))
        lines = [f"#include <{header.relative_to(root / HEADERS.parent).as_posix()}>\n"
                 for header in headers]
        (scratch / "qombu-for-qdoc.h").write_text(PRELUDE + "".join(lines))
        includes = [scratch, qt("QT_INSTALL_HEADERS"), qt("QT_INSTALL_HEADERS") / "QtCore"]
        self.command = [qdoc_program()]
        for folder in includes:
            self.command += ["-I", str(folder)]

    def run(self, output, *options):
        environment = {name: value for name, value in os.environ.items()
                       if name != "QT_LOGGING_RULES"}
        result = subprocess.run(
            [*self.command, *options, "--outputdir", str(output), str(self.root / CONFIGURATION)],
            capture_output=True, text=True, cwd=self.scratch, env=environment | {"LC_ALL": "C.UTF-8"})
        text = result.stdout + result.stderr
        if result.returncode != 0 or not (output / "qombu.index").exists():
            sys.exit(f"qdoc failed:\n{text}")
        return text

    def warnings(self, output):
        for path, line, text in PLACE.findall(self.run(output)):
            yield Finding(self.named(path), int(line), text)

    def named(self, path):
        return os.path.relpath(path, self.root) if path.startswith(str(self.root)) else path

    def undocumented(self):
        """What has no entry: qdoc says nothing about that, but its index tells when asked."""
        output = self.scratch / "index"
        self.run(output, "--showinternal")
        index = ElementTree.parse(output / "qombu.index")
        for element, path in elements(index.getroot(), ()):
            header = self.header_of(element)
            if header and needs_entry(element, path, header):
                name = "::".join(path)
                yield Finding(self.named(str(header)), int(element.get("lineno")),
                              f"{element.tag} {name} is not documented")

    def header_of(self, element):
        path = Path(element.get("filepath") or "/")
        return path if path.is_relative_to(self.root / HEADERS) else None


def elements(element, path):
    for child in element:
        name = (*path, child.get("name")) if child.get("name") else path
        if child.tag in DOCUMENTED_TAGS:
            yield child, name
        yield from elements(child, name)


def needs_entry(element, path, header):
    if element.get("status") != "internal" or "Detail" in path or MADE_BY_MACROS.match(path[-1]):
        return False
    if element.tag == "function" and is_special_member(element, path):
        return False
    # Q_PROPERTY stands before the first section.
    return element.tag == "property" or section(header, int(element.get("lineno"))) != "private"


def is_special_member(element, path):
    """Destructors, copies and moves, and what Q_DECLARE_OPERATORS_FOR_FLAGS makes."""
    signature = element.get("signature") or ""
    copies = rf"(?:.* )?(?:{re.escape(path[-1])}|operator=)\((?:const )?[\w:]+ &&?\w*\)$"
    return path[-1].startswith("~") or "enum_type" in signature or (
        path[-1] in (path[-2], "operator=") and re.match(copies, signature) is not None
        and path[-2] in signature.split("(")[1])


def section(header, line):
    """public, protected, private or Q_SIGNALS, as it is written at the margin above line."""
    for text in reversed(header.read_text(encoding="utf-8").splitlines()[:line - 1]):
        match = SECTION.match(text)
        if match:
            return match[1] or match[2] or {"class": "private", "struct": "public"}[match[3]]
        if text.startswith("}"):
            break
    return "public"


def example(root):
    """The program of the overview is that of the README, which is compiled as a test."""
    if not (root / OVERVIEW).exists():
        return
    shown = re.search(r"^ *\\code\n(.*?)^ *\\endcode$", (root / OVERVIEW).read_text(), re.M | re.S)
    program = re.search(r"^```cpp\n(.*?)^```$", (root / "README.md").read_text(), re.M | re.S)
    if not shown or not program or shown[1] != program[1]:
        yield Finding(OVERVIEW.as_posix(), 1, "the example is not that of README.md")


def check(root, output):
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        reference = Reference(root, scratch)
        yield from example(root)
        yield from reference.warnings(output or scratch / "html")
        yield from reference.undocumented()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", metavar="PROJECT-FOLDER", type=Path)
    parser.add_argument("--output", metavar="FOLDER", type=Path)
    options = parser.parse_args()
    output = options.output.resolve() if options.output else None
    findings = sorted(set(check(options.root.resolve(), output)))
    for finding in findings:
        print(finding)
    if output:
        print(f"begin with {output / 'qombu-overview.html'}")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
