# SPDX-License-Identifier: BSD-3-Clause
"""Rows on one RabbitMQ: beside a blocking loop on rabbitmq-c and Kombu on py-amqp, all with the same
SIZE bytes in the same durable queue. They are transient, so that it is the clients that differ; whoever
wants confirmations mostly wants messages on disk, so those are measured with persistent ones as well.
"""
import json
import os
import subprocess
import tempfile

from measure import HERE, KOMBU, SlowLink, finish, run

SIZE = 100
COUNT = 100000
KOMBU_COUNT = 5000
KOMBU_SLOW_COUNT = 1000  # where it waits for each answer
TRANSIENT, PERSISTENT = 1, 2
PREFETCH = 500
TOGETHER = 100  # acknowledged at once where that is measured
CHANNELS = 2000
QUEUES, BINDINGS = 2000, 4  # bindings of each queue
RABBIT = os.path.join(HERE, "..", "support", "rabbit")


class Rabbit:
    """A RabbitMQ of our own."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        subprocess.run([RABBIT, "start", self.folder.name, str(os.getpid())], check=True)
        with open(os.path.join(self.folder.name, "ports.json"), encoding="ascii") as file:
            self.port = json.load(file)["amqp"]
        # The tests want statistics soon, each of which costs this broker time.
        self.control("eval", "application:set_env(rabbit, collect_statistics, none).")

    def control(self, *arguments):
        subprocess.run([RABBIT, "ctl", self.folder.name, *arguments], check=True,
                       stdout=subprocess.DEVNULL)

    def close(self):
        subprocess.run([RABBIT, "stop", self.folder.name], check=True)
        self.folder.cleanup()


class RabbitRows:
    NAMES = ("amqp_unconfirmed", "amqp_confirmed", "amqp_transient", "amqp_auto_ack", "amqp_single_acks",
             "amqp_multiple_acks", "amqp_slow_link", "amqp_channels", "amqp_recovery")

    def __init__(self, bench):
        self.bench = bench
        self.rabbit = Rabbit()

    def close(self):
        self.rabbit.close()

    def ours(self, work, *arguments, port=None):
        return run([self.bench.program("bench_amqp"), work, str(port or self.rabbit.port),
                    *map(str, arguments)])

    def bare(self, work, *arguments):
        return run([self.bench.program("bench_rabbitmqc"), work, str(self.rabbit.port),
                    *map(str, arguments)])

    def kombu(self, program, work, count, mode=TRANSIENT):
        return run(program + [work, f"amqp://127.0.0.1:{self.rabbit.port}//", str(count), str(SIZE),
                              str(mode)])

    def prepare(self):
        subprocess.run([self.bench.program("bench_rabbitmqc"), "prepare", str(self.rabbit.port)],
                       check=True)

    def fill(self, count):
        self.prepare()
        self.bare("unconfirmed", count, SIZE, TRANSIENT)

    def beside(self, name, ours, bare, kombu, goal_kombu=None, measures_cpu=False):
        """Rows of one work: measures are ours, rabbitmq-c's and, by its program, Kombu's."""
        programs = [KOMBU] + ([self.bench.newest] if self.bench.newest else [])
        pythons = [lambda program=program: kombu(program) for program in programs if goal_kombu]
        mine, loop, *others = self.bench.interleaved_objects(ours, bare, *pythons)
        rate, cpu = "messages_per_second", "cpu_us_per_message"
        self.bench.row(f"{name} / rabbitmq-c", mine[rate], loop[rate], "msg/s", 0.9)
        if measures_cpu:
            self.bench.row(f"{name}, CPU / rabbitmq-c", mine[cpu], loop[cpu], "µs", 1, False)
        if goal_kombu:
            self.bench.row(f"{name} / Kombu", mine[rate], others[0][rate], "msg/s", goal_kombu)
            self.bench.newest_rows(mine[rate], "msg/s", [(f"{name} / newest Kombu", goal_kombu)],
                                   [one[rate] for one in others[1:]])

    def publishing(self, work, name, mode, kombu_count, goal_kombu):
        def after_preparing(measure):
            def prepared(*arguments):
                self.prepare()
                return measure(*arguments)
            return prepared

        self.beside(name, after_preparing(lambda: self.ours(work, COUNT, SIZE, mode)),
                    after_preparing(lambda: self.bare(work, COUNT, SIZE, mode)),
                    after_preparing(lambda program: self.kombu(program, work, kombu_count, mode)),
                    goal_kombu, work == "confirmed")

    def amqp_unconfirmed(self):
        self.publishing("unconfirmed", "publish, unconfirmed", TRANSIENT, KOMBU_COUNT, 2)

    def amqp_confirmed(self):
        self.publishing("confirmed", "publish, confirmed", PERSISTENT, KOMBU_SLOW_COUNT, 20)

    def amqp_transient(self):
        self.publishing("confirmed", "publish, confirmed, transient", TRANSIENT, KOMBU_COUNT, None)

    def consuming(self, name, acks, goal_kombu=None, measures_cpu=False):
        def after_filling(count, measure):
            def filled(*arguments):
                self.fill(count)
                return measure(*arguments)
            return filled

        self.beside(name,
                    after_filling(COUNT, lambda: self.ours("consume", COUNT, PREFETCH, acks)),
                    after_filling(COUNT, lambda: self.bare("consume", COUNT, PREFETCH, acks)),
                    after_filling(KOMBU_COUNT,
                                  lambda program: self.kombu(program, "consume_bytes", KOMBU_COUNT)),
                    goal_kombu, measures_cpu)

    def amqp_auto_ack(self):
        self.consuming("consume, without acks", 0)

    def amqp_single_acks(self):
        self.consuming(f"consume, prefetch {PREFETCH}, ack each", 1, 3, True)

    def amqp_multiple_acks(self):
        self.consuming(f"consume, prefetch {PREFETCH}, ack {TOGETHER} at once", TOGETHER)

    def amqp_slow_link(self):
        link = SlowLink(self.rabbit.port, 0.005)

        def ours(port):
            self.prepare()
            return self.ours("confirmed", COUNT, SIZE, TRANSIENT, port=port)["messages_per_second"]

        slow, direct = self.bench.interleaved(lambda: ours(link.port),
                                              lambda: ours(self.rabbit.port))
        self.bench.row("publish, confirmed, transient, + 5 ms / without", slow, direct, "msg/s", 0.5)
        link.close()

    def amqp_channels(self):
        def after_preparing(measure):
            self.prepare()
            return measure("channels", CHANNELS)

        mine, loop = self.bench.interleaved_objects(lambda: after_preparing(self.ours),
                                                    lambda: after_preparing(self.bare))
        self.bench.at_least("channels open, a consumer each", mine["consumers"], "", CHANNELS)
        self.bench.row("  the time for that / pipelined rabbitmq-c", mine["seconds"],
                       loop["seconds"], "s", 1.2, False)

    def amqp_recovery(self):
        def ours():
            program = subprocess.Popen(
                [self.bench.program("bench_amqp"), "topology", str(self.rabbit.port), str(QUEUES),
                 str(BINDINGS)], stdout=subprocess.PIPE)
            program.stdout.readline()
            remove()
            self.rabbit.control("close_all_connections", "bench")
            seconds = finish(program)["seconds"]
            remove()
            return seconds

        def bare():
            seconds = self.bare("topology", QUEUES, BINDINGS)["seconds"]
            remove()
            return seconds

        def remove():
            subprocess.run([self.bench.program("bench_rabbitmqc"), "remove", str(self.rabbit.port),
                            str(QUEUES)], check=True)

        mine, loop = self.bench.interleaved(ours, bare)
        self.bench.row(f"{QUEUES} queues, {QUEUES * BINDINGS} bindings again / rabbitmq-c", mine, loop,
                       "s", 1.2, False)
