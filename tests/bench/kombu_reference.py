#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What Kombu does with the same work: one JSON object with messages and seconds.

    kombu_reference.py publish|batch|consume|roundtrip URL COUNT SIZE

batch is publish inside Producer.batch(), which Kombu has since 5.7.
"""
import contextlib
import json
import socket
import sys
import time

from kombu import Connection, Consumer, Exchange, Producer, Queue


def body(size):
    return {"data": "x" * (size - 12)}  # {"data": "…"}: twelve bytes without the text


def publish(connection, queue, count, size, batched=False):
    producer = Producer(connection.channel(), exchange=queue.exchange,
                        routing_key=queue.routing_key, serializer="json", auto_declare=True)
    queue(producer.channel).declare()
    payload = body(size)
    start = time.perf_counter()
    with producer.batch() if batched else contextlib.nullcontext():
        for _ in range(count):
            producer.publish(payload)
    return time.perf_counter() - start


def consume(connection, queue, count):
    left = count

    def received(_body, message):
        nonlocal left
        message.ack()
        left -= 1

    consumer = Consumer(connection.channel(), queues=[queue], callbacks=[received],
                        accept=["json"])
    consumer.qos(prefetch_count=100)
    start = time.perf_counter()
    with consumer:
        while left:
            try:
                connection.drain_events(timeout=5)
            except socket.timeout:
                sys.exit(f"kombu_reference: {left} of {count} messages did not come")
    return time.perf_counter() - start


def main():
    work, url, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    exchange = Exchange("qombu.bench", type="direct")
    queue = Queue("qombu.bench", exchange=exchange, routing_key="bench")
    options = {"polling_interval": 0.001} if url.startswith("memory") else {}
    with Connection(url, transport_options=options) as connection:
        if work in ("publish", "batch"):
            seconds = publish(connection, queue, count, size, work == "batch")
        elif work == "consume":
            seconds = consume(connection, queue, count)
        else:
            seconds = publish(connection, queue, count, size) + consume(connection, queue, count)
    print(json.dumps({"messages": count, "seconds": seconds,
                      "messages_per_second": count / seconds}))


main()
