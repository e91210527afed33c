#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every source file names its licence; no file names a path of the machine it was written on."""

import re

from sourcetree import Finding, files, run

LICENCE = "SPDX-License-Identifier: BSD-3-Clause"
# The metadata of a program are read by catalogues that want them under CC0 (AppStream says so).
OTHER_LICENCE = {".xml": "<metadata_license>CC0-1.0"}
SOURCE_SUFFIXES = {".cpp", ".h", ".py", ".sh", ".bash", ".cmake", ".in", ".qml", ".js", ".lua",
                   ".svg", ".desktop", ".xml", ".qrc", ".ui", ".c", ".qdoc", ".qdocconf"}
SOURCE_NAMES = {"CMakeLists.txt", ".clang-format", ".clang-tidy"}
MACHINE_PATH = re.compile(r"(?<![\w.$}*])/(work|root|home)/[\w.]")


def is_source(name, text):
    return name.suffix in SOURCE_SUFFIXES or name.name in SOURCE_NAMES or text.startswith("#!")


def check(root):
    for name in files(root):
        try:
            text = (root / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or another file of bytes
        head = "\n".join(text.splitlines()[:5])
        licence = OTHER_LICENCE.get(name.suffix, LICENCE)
        if is_source(name, text) and licence not in head:
            yield Finding(name.as_posix(), 1, f"no licence line ({licence})")
        for number, line in enumerate(text.splitlines(), 1):
            match = MACHINE_PATH.search(line)
            if match:
                yield Finding(name.as_posix(), number, f"names a path of one machine ({match[0]})")


if __name__ == "__main__":
    run(check)
