#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""The public headers compile together without warnings, with and without Qt's keywords.

usage: check_headers.py PROJECT-FOLDER COMPILER

In each way with COMPILER and with the newest clang that is there. Each alone: test public_headers.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from check_docs import qt

INCLUDES = Path("module/include")
FLAGS = ["-std=c++20", "-fPIC", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion",
         "-Werror"]
WAYS = ([], ["-DQT_NO_KEYWORDS"])


def newest_clang():
    """clang++-19 before clang++-17 before clang++."""
    names = {name for folder in os.get_exec_path() if os.path.isdir(folder)
             for name in os.listdir(folder) if re.fullmatch(r"clang\+\+(-\d+)?", name)}
    order = sorted(names, key=lambda name: int(re.sub(r"\D", "", name) or 0))
    return shutil.which(order[-1]) if order else None


def units(folder, headers, compiler):
    """(what it is, its command) of every run of a compiler."""
    together = folder / "together.cpp"
    together.write_text("".join(f"#include <{header}>\n" for header in headers))
    clang = newest_clang()
    for program in dict.fromkeys(filter(None, [compiler, clang])):
        for way in WAYS:
            yield " ".join(["all headers,", Path(program).name, *way]), [program, *way, together]


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root = Path(sys.argv[1]).resolve()
    includes = root / INCLUDES
    headers = sorted(path.relative_to(includes).as_posix() for path in includes.rglob("*.h"))
    system = [qt("QT_INSTALL_HEADERS"), qt("QT_INSTALL_HEADERS") / "QtCore"]
    options = [*FLAGS, f"-I{includes}", *(f"-isystem{folder}" for folder in system)]

    def compile_unit(unit):
        name, command = unit
        result = subprocess.run([*command, *options], capture_output=True, text=True,
                                env=os.environ | {"LC_ALL": "C.UTF-8"})
        return "" if result.returncode == 0 else f"{name}:\n{result.stderr}{result.stdout}"

    with tempfile.TemporaryDirectory() as scratch:
        work = units(Path(scratch), headers, sys.argv[2])
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            failures = [text for text in pool.map(compile_unit, work) if text]
    print("\n".join(failures), end="")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
