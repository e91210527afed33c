# SPDX-License-Identifier: BSD-3-Clause
"""Running programs in turn, medians, and the table: what the rows of every broker share."""
import asyncio
import json
import multiprocessing
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(HERE, "kombu_reference.py")
KOMBU = ["/usr/bin/python3", REFERENCE]


def pin(cpus):
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


def run(command, cpus=None):
    """The JSON object that a command prints, with the resident peak of its process in MiB."""
    return finish(subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=pin(cpus)))


def finish(process):
    """As run(), of a program that runs already."""
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(process.args)} ended with {process.returncode}")
    result = json.loads(output.splitlines()[-1])
    result["resident_mib"] = usage.ru_maxrss / 1024
    return result


class SlowLink:
    """A proxy before a server that holds every byte back for half of a round trip, each way."""

    def __init__(self, server_port, round_trip):
        self.half = round_trip / 2
        self.server_port = server_port
        ports = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=lambda: asyncio.run(self.serve(ports[1])),
                                               daemon=True)
        self.process.start()
        self.port = ports[0].recv()

    async def serve(self, port):
        async def client(reader, writer):
            there = await asyncio.open_connection("127.0.0.1", self.server_port)
            await asyncio.gather(self.carry(reader, there[1]), self.carry(there[0], writer))

        server = await asyncio.start_server(client, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    async def carry(self, reader, writer):
        loop = asyncio.get_running_loop()
        while data := await reader.read(1 << 18):
            loop.call_later(self.half, writer.write, data)
        loop.call_later(self.half, writer.close)

    def close(self):
        self.process.kill()
        self.process.join()


class Bench:
    """Runs measures in turn and prints a row for each goal."""

    def __init__(self, build, runs, newest):
        self.programs = os.path.join(build, "bin")
        python = os.path.join(newest, "bin", "python3")
        self.newest = [python, REFERENCE] if os.path.exists(python) else None
        self.no_newest = f"there is no {python}; tests/interop/newest makes it"
        self.runs = runs
        self.rows = []

    def program(self, name):
        return os.path.join(self.programs, name)

    def in_turn(self, *measures):
        """What each of the measures returned, so often as there are runs."""
        results = [[] for _ in measures]
        for _ in range(self.runs):
            for i, measure in enumerate(measures):
                results[i].append(measure())
        return results

    def interleaved(self, *measures):
        """The medians of measures that return a number."""
        return [statistics.median(values) for values in self.in_turn(*measures)]

    def interleaved_objects(self, *measures):
        """The medians, member by member, of measures that return an object of numbers."""
        return [{key: statistics.median(value[key] for value in values) for key in values[0]}
                for values in self.in_turn(*measures)]

    def head(self):
        print(f"{f'median of {self.runs} interleaved runs':<50} {'ours':>11} {'reference':>11} {'':<8}"
              f" {'ratio':>8} {'goal':>7}")

    def row(self, name, ours, reference, unit, goal, higher_is_better=True):
        ratio = ours / reference
        reached = ratio >= goal if higher_is_better else ratio <= goal
        self.add(name, ours, reference, unit, ratio,
                 ("≥ " if higher_is_better else "≤ ") + f"{goal:g}", reached)

    def newest_rows(self, ours, unit, goals, references):
        """Beside the newest Kombu: pairs of a row's name and goal, with what was measured for them."""
        for (name, goal), reference in zip(goals, references or [None] * len(goals)):
            if reference is None:
                print(f"{name:<50} left out: {self.no_newest}", flush=True)
            else:
                self.row(name, ours, reference, unit, goal)

    def limit(self, name, value, unit, limit):
        self.add(name, value, None, unit, None, f"≤ {limit:g}", value <= limit)

    def at_least(self, name, value, unit, least):
        self.add(name, value, None, unit, None, f"≥ {least:g}", value >= least)

    def add(self, *row):
        self.rows.append(row)
        name, ours, reference, unit, ratio, goal, reached = row
        number = lambda value: "" if value is None else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
        print(f"{name:<50} {number(ours):>11} {number(reference):>11} {unit:<8} {number(ratio):>8}"
              f" {goal:>7}  {'reached' if reached else 'MISSED'}", flush=True)
