#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Every C++ file is as clang-format 14 and 19 write it (others may write other spaces)."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from sourcetree import cpp_files

VERSIONS = (14, 19)


def formatter():
    for version in VERSIONS:
        if shutil.which(f"clang-format-{version}"):
            return f"clang-format-{version}"
    sys.exit("clang-format-14 or clang-format-19 is needed: resources/packages/install test")


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PROJECT-FOLDER")
    root = Path(sys.argv[1])
    program = formatter()
    names = [name.as_posix() for name in cpp_files(root)]
    bad = []
    for start in range(0, len(names), 50):
        chunk = names[start:start + 50]
        result = subprocess.run([program, "--dry-run", "-Werror", "--style=file", *chunk], cwd=root,
                                capture_output=True, text=True)
        if result.returncode != 0:
            places = re.findall(r"^([^:\n]+):(\d+):\d+: error: code should be clang-formatted",
                                result.stderr, re.MULTILINE)
            if not places:
                sys.exit(result.stderr)
            bad += places
    for path, line in bad:
        print(f"{path}:{line}: not as clang-format writes it")
    if bad:
        print(f"to repair: {program} -i " + " ".join(sorted({path for path, _ in bad})))
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
