#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Speed and memory as ratios against a reference in the same run.

Each pair runs interleaved, so often as --runs says; the table shows the medians and the ratio of
them. Ping-pong work is measured with client and server pinned to one processor and to two.

    tests/bench/bench.py BUILD_DIRECTORY [--runs 5] [--only NAME]... [--newest-kombu FOLDER]

Beside Debian's Kombu stands the newest, of the environment that tests/interop/newest makes, if it
is there.
"""
import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(HERE, "kombu_reference.py")
KOMBU = ["/usr/bin/python3", REFERENCE]
SIZE = 200


class Redis:
    """A redis-server of our own on a free loopback port."""

    def __init__(self, cpus=None):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
             "--appendonly", "no", "--dir", self.folder.name],
            stdout=subprocess.DEVNULL, preexec_fn=pin(cpus))
        self.url = f"redis://127.0.0.1:{self.port}/0"
        deadline = time.monotonic() + 10
        while self.command("PING") != b"+PONG":
            if time.monotonic() > deadline:
                sys.exit("bench: redis-server does not answer")

    def command(self, *words):
        """The first line of the reply; bulk replies are read whole."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
                parts = [word if isinstance(word, bytes) else word.encode() for word in words]
                link.sendall(b"*%d\r\n" % len(parts)
                             + b"".join(b"$%d\r\n%s\r\n" % (len(p), p) for p in parts))
                stream = link.makefile("rb")
                line = stream.readline().rstrip()
                return stream.read(int(line[1:])) if line.startswith(b"$") else line
        except OSError:
            time.sleep(0.02)
            return b""

    def close(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


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
        self.url = f"redis://127.0.0.1:{self.port}/0"

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

    def ping_seconds(self, count=200):
        """The median time of one PING through it."""
        times = []
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as link:
            for _ in range(count):
                start = time.perf_counter()
                link.sendall(b"*1\r\n$4\r\nPING\r\n")
                link.recv(64)
                times.append(time.perf_counter() - start)
        return statistics.median(times)

    def close(self):
        self.process.kill()
        self.process.join()


def pin(cpus):
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


def run(command, cpus=None):
    """The JSON object that a command prints, with the resident peak of its process in MiB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, preexec_fn=pin(cpus))
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} ended with {process.returncode}")
    result = json.loads(output.splitlines()[-1])
    result["resident_mib"] = usage.ru_maxrss / 1024
    return result


class Bench:
    def __init__(self, build, runs, newest):
        self.cli = os.path.join(build, "bin", "qombu")
        self.reference = os.path.join(build, "bin", "bench_reference")
        self.memory = os.path.join(build, "bin", "bench_memory")
        self.hub = os.path.join(build, "bin", "bench_hub")
        python = os.path.join(newest, "bin", "python3")
        self.newest = [python, REFERENCE] if os.path.exists(python) else None
        self.no_newest = f"there is no {python}; tests/interop/newest makes it"
        self.runs = runs
        self.rows = []

    def ours(self, redis, verb, count, *more, cpus=None):
        return run([self.cli, "--url", redis.url, "--json", "--timeout", "120", "bench", verb,
                    "--count", str(count), "--size", str(SIZE), *more], cpus)

    def interleaved(self, *measures):
        """The medians of so many measures, run in turn."""
        results = [[] for _ in measures]
        for _ in range(self.runs):
            for i, measure in enumerate(measures):
                results[i].append(measure())
        return [statistics.median(values) for values in results]

    def row(self, name, ours, reference, unit, goal, higher_is_better=True):
        ratio = ours / reference
        reached = ratio >= goal if higher_is_better else ratio <= goal
        self.rows.append((name, ours, reference, unit, ratio,
                          ("≥ " if higher_is_better else "≤ ") + f"{goal:g}", reached))
        self.show(self.rows[-1])

    # Beside the newest Kombu: pairs of a row's name and goal, with what was measured for them.
    def newest_rows(self, ours, unit, goals, references):
        for (name, goal), reference in zip(goals, references or [None] * len(goals)):
            if reference is None:
                print(f"{name:<46} left out: {self.no_newest}", flush=True)
            else:
                self.row(name, ours, reference, unit, goal)

    def limit(self, name, value, unit, limit):
        self.rows.append((name, value, None, unit, None, f"≤ {limit:g}", value <= limit))
        self.show(self.rows[-1])

    @staticmethod
    def show(row):
        name, ours, reference, unit, ratio, goal, reached = row
        number = lambda value: "" if value is None else f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
        print(f"{name:<46} {number(ours):>11} {number(reference):>11} {unit:<8} {number(ratio):>8}"
              f" {goal:>7}  {'reached' if reached else 'MISSED'}", flush=True)

    # One direct exchange, one queue, bodies of SIZE bytes.
    TARGET = ["--exchange", "qombu.bench", "--routing-key", "bench", "--type", "direct"]

    def publish(self, redis):
        def prepare():
            redis.command("FLUSHALL")
            redis.command("SADD", "_kombu.binding.qombu.bench", "bench\x06\x16\x06\x16qombu.bench")

        def ours():
            prepare()
            return self.ours(redis, "publish", 200000, *self.TARGET)["messages_per_second"]

        def raw():
            sample = redis.command("LINDEX", "qombu.bench", "0")
            prepare()
            with tempfile.NamedTemporaryFile() as file:
                file.write(sample)
                file.flush()
                return run([self.reference, "publish", str(redis.port), "200000",
                            file.name])["messages_per_second"]

        def kombu(program, work):
            prepare()
            return run(program + [work, redis.url, "3000", str(SIZE)])["messages_per_second"]

        newest = [lambda work=work: kombu(self.newest, work)
                  for work in ("publish", "batch") if self.newest]
        mine, bare, python, *latest = self.interleaved(
            ours, raw, lambda: kombu(KOMBU, "publish"), *newest)
        self.row("publish / Kombu", mine, python, "msg/s", 40)
        self.row("publish / pipelined raw LPUSH", mine, bare, "msg/s", 1)
        self.newest_rows(mine, "msg/s", [("publish / newest Kombu", 100),
                                         ("publish / newest Kombu, Producer.batch()", 80)], latest)

    def consume(self, redis):
        resident = []

        def fill(count):
            redis.command("FLUSHALL")
            self.ours(redis, "publish", count, "--queue", "qombu.bench")

        def ours():
            fill(100000)
            result = self.ours(redis, "consume", 100000, "--queue", "qombu.bench", "--prefetch", "100")
            resident.append(result["resident_mib"])
            return result["messages_per_second"]

        def bare():
            fill(100000)
            return run([self.reference, "consume", str(redis.port), "100000", "qombu.bench",
                        "100"])["messages_per_second"]

        def kombu(program):
            fill(3000)
            return run(program + ["consume", redis.url, "3000", str(SIZE)])["messages_per_second"]

        newest = [lambda: kombu(self.newest)] if self.newest else []
        mine, loop, python, *latest = self.interleaved(ours, bare, lambda: kombu(KOMBU), *newest)
        self.row("consume + ack, prefetch 100 / Kombu", mine, python, "msg/s", 15)
        self.newest_rows(mine, "msg/s", [("consume + ack, prefetch 100 / newest Kombu", 40)], latest)
        self.row("consume + ack, prefetch 100 / C claim loop", mine, loop, "msg/s", 0.8)
        self.limit("resident, consumer at full speed", statistics.median(resident), "MiB", 40)

    def slow_link(self, redis):
        link = SlowLink(redis.port, 0.005)

        def ours():
            redis.command("FLUSHALL")
            self.ours(redis, "publish", 20000, "--queue", "qombu.bench")
            return self.ours(link, "consume", 20000, "--queue", "qombu.bench", "--prefetch",
                             "100")["messages_per_second"]

        mine, full = self.interleaved(ours, lambda: 100 / link.ping_seconds())
        self.row("consume + ack, 5 ms of round trip / 100 a PING", mine, full, "msg/s", 0.8)
        link.close()

    def latency(self, _redis):
        for name, server, client, goal in (("one processor", {0}, {0}, 1.6),
                                           ("two processors", {0}, {1}, 1.5)):
            redis = Redis(server)

            def ours():
                redis.command("FLUSHALL")
                return self.ours(redis, "latency", 3000, cpus=client)["p50_us"]

            def bare():
                redis.command("FLUSHALL")
                return run([self.reference, "latency", str(redis.port), "3000", str(SIZE)],
                           client)["p50_us"]

            mine, loop = self.interleaved(ours, bare)
            self.row(f"publish → signal p50, {name} / hiredis loop", mine, loop, "µs", goal,
                     False)
            redis.close()

    def in_memory(self, _redis):
        def ours():
            return run([self.memory, "200000", str(SIZE)])["messages_per_second"]

        def kombu():
            return run(KOMBU + ["roundtrip", "memory://", "2000", str(SIZE)])["messages_per_second"]

        mine, python = self.interleaved(ours, kombu)
        self.row("memory transport, publish + consume / Kombu", mine, python, "msg/s", 20)

    def turns(self, _redis):
        few, many, each = self.interleaved(
            lambda: run([self.hub, "10"])["turn_us"], lambda: run([self.hub, "10000"])["turn_us"],
            lambda: run([self.hub, "1000", "notifiers"])["turn_us"])
        self.row("Hub turn, 10 000 idle descriptors / 10", many, few, "µs", 1.2, False)
        print(f"{'  (beside it: a notifier a descriptor, 1 000)':<46} {each:>11.2f} {'':>11} µs")

    def idle(self, redis):
        seconds = 10
        consumer = subprocess.Popen([self.cli, "--url", redis.url, "consume", "qombu.idle"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        before = cpu_seconds(consumer.pid)
        time.sleep(seconds)
        used = cpu_seconds(consumer.pid) - before
        consumer.terminate()
        consumer.wait()
        self.limit("idle consumer, CPU", 100 * used / seconds, "% core", 1)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main():
    names = ["publish", "consume", "slow_link", "latency", "in_memory", "turns", "idle"]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("build", help="a build directory of an optimised preset")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", action="append", choices=names)
    parser.add_argument("--newest-kombu", metavar="FOLDER",
                        help="an environment with the newest Kombu (default: newest-kombu beside the "
                             "build directory)")
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(20000, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    build = os.path.abspath(arguments.build)
    newest = arguments.newest_kombu or os.path.join(os.path.dirname(build), "newest-kombu")
    bench = Bench(build, arguments.runs, newest)
    print(f"{'median of ' + str(arguments.runs) + ' interleaved runs':<46} {'ours':>11} {'reference':>11} {'':<8}"
          f" {'ratio':>8} {'goal':>7}")
    redis = Redis()
    try:
        for name in arguments.only or names:
            getattr(bench, name)(redis)
    finally:
        redis.close()
    sys.exit(0 if all(row[-1] for row in bench.rows) else 1)


main()
