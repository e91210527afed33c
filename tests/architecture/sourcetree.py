# SPDX-License-Identifier: BSD-3-Clause
"""The files of the project, and how a check reports what it found in them."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

CPP_SUFFIXES = {".cpp", ".h"}
GENERATED = {".git", "build", ".cache", "__pycache__"}


@dataclass(frozen=True, order=True)
class Finding:
    path: str
    line: int
    rule: str

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}"


def known_to_git(root):
    """The names of the files that git has or would add, or None without git or a clone."""
    if not (root / ".git").exists():
        return None
    try:
        git = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", root, "ls-files", "-z", "--cached", "--others",
             "--exclude-standard"], capture_output=True, text=True)
    except OSError:
        return None
    return [Path(name) for name in git.stdout.split("\0") if name] if git.returncode == 0 else None


def files(root):
    """Yields the project's own files as paths relative to root."""
    names = known_to_git(root)
    if names is None:
        names = [path.relative_to(root) for path in root.rglob("*")]
    for name in sorted(names):
        if not GENERATED.intersection(name.parts) and (root / name).is_file():
            yield name


def cpp_files(root):
    return (name for name in files(root) if name.suffix in CPP_SUFFIXES)


def run(check):
    """main() of a check: check(root) returns findings; any finding fails."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} PROJECT-FOLDER")
    findings = sorted(check(Path(sys.argv[1])))
    for finding in findings:
        print(finding)
    sys.exit(1 if findings else 0)
