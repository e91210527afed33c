# SPDX-License-Identifier: BSD-3-Clause
"""Rows on one RabbitMQ: beside a blocking loop on rabbitmq-c and Kombu on py-amqp, all with the same
SIZE bytes, transient, in a transient queue."""
import json
import os
import subprocess
import tempfile

from measure import HERE, KOMBU, SlowLink, finish, run

SIZE = 100
COUNT = 100000
KOMBU_COUNT = 5000  # what Kombu does in about as long
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
    NAMES = ("amqp_unconfirmed", "amqp_confirmed", "amqp_auto_ack", "amqp_single_acks",
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

    def kombu(self, program, work):
        return run(program + [work, f"amqp://127.0.0.1:{self.rabbit.port}//", str(KOMBU_COUNT),
                              str(SIZE)])

    def prepare(self):
        subprocess.run([self.bench.program("bench_rabbitmqc"), "prepare", str(self.rabbit.port)],
                       check=True)

    def fill(self, count):
        self.prepare()
        self.bare("unconfirmed", count, SIZE)

    def beside(self, name, measures, goal_kombu, measures_cpu):
        """Rows of one work: measures are ours, rabbitmq-c's and Kombu's by its program."""
        ours, bare, kombu = measures
        newest = [lambda: kombu(self.bench.newest)] if self.bench.newest else []
        mine, loop, python, *latest = self.bench.interleaved_objects(
            ours, bare, lambda: kombu(KOMBU), *newest)
        rate = "messages_per_second"
        self.bench.row(f"{name} / rabbitmq-c", mine[rate], loop[rate], "msg/s", 0.9)
        cpu = "cpu_us_per_message"
        if measures_cpu:
            self.bench.row(f"{name}, CPU / rabbitmq-c", mine[cpu], loop[cpu], "µs", 1, False)
        if goal_kombu:
            self.bench.row(f"{name} / Kombu", mine[rate], python[rate], "msg/s", goal_kombu)
            self.bench.newest_rows(mine[rate], "msg/s", [(f"{name} / newest Kombu", goal_kombu)],
                                   [one[rate] for one in latest])

    def publishing(self, work, name, goal_kombu, measures_cpu):
        def after_preparing(measure):
            def prepared(*arguments):
                self.prepare()
                return measure(*arguments)
            return prepared

        self.beside(name, [after_preparing(lambda: self.ours(work, COUNT, SIZE)),
                           after_preparing(lambda: self.bare(work, COUNT, SIZE)),
                           after_preparing(lambda program: self.kombu(program, work))],
                    goal_kombu, measures_cpu)

    def amqp_unconfirmed(self):
        self.publishing("unconfirmed", "publish, unconfirmed", 2, False)

    def amqp_confirmed(self):
        self.publishing("confirmed", "publish, confirmed", 20, True)

    def consuming(self, name, acks, goal_kombu=None, measures_cpu=False):
        def after_filling(count, measure):
            def filled(*arguments):
                self.fill(count)
                return measure(*arguments)
            return filled

        self.beside(name,
                    [after_filling(COUNT, lambda: self.ours("consume", COUNT, PREFETCH, acks)),
                     after_filling(COUNT, lambda: self.bare("consume", COUNT, PREFETCH, acks)),
                     after_filling(KOMBU_COUNT, lambda program: self.kombu(program, "consume_bytes"))],
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
            return self.ours("confirmed", COUNT, SIZE, port=port)["messages_per_second"]

        slow, direct = self.bench.interleaved(lambda: ours(link.port),
                                              lambda: ours(self.rabbit.port))
        self.bench.row("publish, confirmed, 5 ms of round trip / without", slow, direct, "msg/s", 0.5)
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
