# SPDX-License-Identifier: BSD-3-Clause
"""Rows without a server: the memory transport and the Hub."""
from measure import KOMBU, run

SIZE = 200


class LocalRows:
    NAMES = ("in_memory", "turns")

    def __init__(self, bench):
        self.bench = bench

    def close(self):
        pass

    def in_memory(self):
        def ours():
            return run([self.bench.program("bench_memory"), "200000", str(SIZE)])["messages_per_second"]

        def kombu():
            return run(KOMBU + ["roundtrip", "memory://", "2000", str(SIZE)])["messages_per_second"]

        mine, python = self.bench.interleaved(ours, kombu)
        self.bench.row("memory transport, publish + consume / Kombu", mine, python, "msg/s", 20)

    def turns(self):
        hub = self.bench.program("bench_hub")
        few, many, each = self.bench.interleaved(
            lambda: run([hub, "10"])["turn_us"], lambda: run([hub, "10000"])["turn_us"],
            lambda: run([hub, "1000", "notifiers"])["turn_us"])
        self.bench.row("Hub turn, 10 000 idle descriptors / 10", many, few, "µs", 1.2, False)
        print(f"{'  (beside it: a notifier a descriptor, 1 000)':<50} {each:>11.2f} {'':>11} µs")
