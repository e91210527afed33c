# SPDX-License-Identifier: BSD-3-Clause
"""Rows on a redis-server: beside hiredis and Kombu, with JSON bodies of SIZE bytes."""
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from measure import KOMBU, SlowLink, pin, run

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
        self.url = url_of(self)
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


def url_of(server):
    return f"redis://127.0.0.1:{server.port}/0"


def ping_seconds(server, count=200):
    """The median time of one PING."""
    times = []
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as link:
        for _ in range(count):
            start = time.perf_counter()
            link.sendall(b"*1\r\n$4\r\nPING\r\n")
            link.recv(64)
            times.append(time.perf_counter() - start)
    return statistics.median(times)


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class RedisRows:
    NAMES = ("publish", "consume", "slow_link", "latency", "idle")

    def __init__(self, bench):
        self.bench = bench
        self.cli = bench.program("qombu")
        self.reference = bench.program("bench_reference")
        self.redis = Redis()

    def close(self):
        self.redis.close()

    def ours(self, server, verb, count, *more, cpus=None):
        return run([self.cli, "--url", url_of(server), "--json", "--timeout", "120", "bench", verb,
                    "--count", str(count), "--size", str(SIZE), *more], cpus)

    # One direct exchange, one queue.
    TARGET = ["--exchange", "qombu.bench", "--routing-key", "bench", "--type", "direct"]

    def publish(self):
        redis, bench = self.redis, self.bench

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

        newest = [lambda work=work: kombu(bench.newest, work)
                  for work in ("publish", "batch") if bench.newest]
        mine, bare, python, *latest = bench.interleaved(
            ours, raw, lambda: kombu(KOMBU, "publish"), *newest)
        bench.row("publish / Kombu", mine, python, "msg/s", 40)
        bench.row("publish / pipelined raw LPUSH", mine, bare, "msg/s", 1)
        bench.newest_rows(mine, "msg/s", [("publish / newest Kombu", 100),
                                          ("publish / newest Kombu, Producer.batch()", 80)], latest)

    def consume(self):
        redis, bench = self.redis, self.bench
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

        newest = [lambda: kombu(bench.newest)] if bench.newest else []
        mine, loop, python, *latest = bench.interleaved(ours, bare, lambda: kombu(KOMBU), *newest)
        bench.row("consume + ack, prefetch 100 / Kombu", mine, python, "msg/s", 15)
        bench.newest_rows(mine, "msg/s", [("consume + ack, prefetch 100 / newest Kombu", 40)], latest)
        bench.row("consume + ack, prefetch 100 / C claim loop", mine, loop, "msg/s", 0.8)
        bench.limit("resident, consumer at full speed", statistics.median(resident), "MiB", 40)

    def slow_link(self):
        link = SlowLink(self.redis.port, 0.005)

        def ours():
            self.redis.command("FLUSHALL")
            self.ours(self.redis, "publish", 20000, "--queue", "qombu.bench")
            return self.ours(link, "consume", 20000, "--queue", "qombu.bench", "--prefetch",
                             "100")["messages_per_second"]

        mine, full = self.bench.interleaved(ours, lambda: 100 / ping_seconds(link))
        self.bench.row("consume + ack, 5 ms of round trip / 100 a PING", mine, full, "msg/s", 0.8)
        link.close()

    def latency(self):
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

            mine, loop = self.bench.interleaved(ours, bare)
            self.bench.row(f"publish → signal p50, {name} / hiredis loop", mine, loop, "µs", goal,
                           False)
            redis.close()

    def idle(self):
        seconds = 10
        consumer = subprocess.Popen([self.cli, "--url", self.redis.url, "consume", "qombu.idle"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(2)
        before = cpu_seconds(consumer.pid)
        time.sleep(seconds)
        used = cpu_seconds(consumer.pid) - before
        consumer.terminate()
        consumer.wait()
        self.bench.limit("idle consumer, CPU", 100 * used / seconds, "% core", 1)
