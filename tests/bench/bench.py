#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Speed and memory as ratios against a reference in the same run.

Each pair runs interleaved, so often as --runs says; the table shows the medians and the ratio of
them. Ping-pong work is measured with client and server pinned to one processor and to two.

    tests/bench/bench.py BUILD_DIRECTORY [--runs 5] [--only ROW]... [--newest-kombu FOLDER]

Beside Debian's Kombu stands the newest, of the environment that tests/interop/newest makes, if it
is there. Measure what is optimised: the presets ci and release.
"""
import argparse
import os
import resource
import sys

from localrows import LocalRows
from measure import Bench
from rabbitrows import RabbitRows
from redisrows import RedisRows

GROUPS = (RedisRows, RabbitRows, LocalRows)
FILES = 20000  # a row has 10 000 descriptors


def read_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build", help="a build directory of an optimised preset")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="ROW",
                        choices=[name for group in GROUPS for name in group.NAMES],
                        help=", ".join(name for group in GROUPS for name in group.NAMES))
    parser.add_argument("--newest-kombu", metavar="FOLDER",
                        help="an environment with the newest Kombu (default: newest-kombu beside the "
                             "build directory)")
    return parser.parse_args()


def measure(group, bench, only):
    """The rows of one broker, which runs only for those."""
    names = [name for name in group.NAMES if not only or name in only]
    if not names:
        return
    rows = group(bench)
    try:
        for name in names:
            getattr(rows, name)()
    finally:
        rows.close()


def main():
    arguments = read_arguments()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(FILES, most),) * 2)
    build = os.path.abspath(arguments.build)
    newest = arguments.newest_kombu or os.path.join(os.path.dirname(build), "newest-kombu")
    bench = Bench(build, arguments.runs, newest)
    bench.head()
    for group in GROUPS:
        measure(group, bench, arguments.only)
    sys.exit(0 if all(row[-1] for row in bench.rows) else 1)


main()
