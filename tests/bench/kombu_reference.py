#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""What Kombu does with the same work: one JSON object with messages and seconds.

    kombu_reference.py publish|batch|consume|roundtrip URL COUNT SIZE
    kombu_reference.py unconfirmed|confirmed|consume_bytes URL COUNT SIZE [MODE]

batch is publish inside Producer.batch(), which Kombu has since 5.7. The works of the second line are
those on RabbitMQ, of bytes as they are; MODE is their
delivery mode.
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


def consume(connection, queue, count, prefetch=100):
    left = count

    def received(_body, message):
        nonlocal left
        message.ack()
        left -= 1

    consumer = Consumer(connection.channel(), queues=[queue], callbacks=[received],
                        accept=["json"])
    consumer.qos(prefetch_count=prefetch)
    start = time.perf_counter()
    with consumer:
        while left:
            try:
                connection.drain_events(timeout=5)
            except socket.timeout:
                sys.exit(f"kombu_reference: {left} of {count} messages did not come")
    return time.perf_counter() - start


def publish_bytes(connection, count, size, mode):
    """Until the queue has all of them, which matters where nothing is confirmed."""
    producer = Producer(connection.channel(), routing_key="qombu.bench", auto_declare=False)
    payload = b"x" * size
    start = time.perf_counter()
    for _ in range(count):
        producer.publish(payload, delivery_mode=mode)
    while producer.channel.queue_declare("qombu.bench", passive=True).message_count < count:
        time.sleep(0.01)
    return time.perf_counter() - start


def on_rabbit(work, url, count, size, mode):
    options = {"confirm_publish": work == "confirmed"}
    with Connection(url, transport_options=options) as connection:
        connection.connect()
        if work != "consume_bytes":
            return publish_bytes(connection, count, size, mode)
        return consume(connection, Queue("qombu.bench"), count, 500)


def in_envelopes(work, url, count, size):
    exchange = Exchange("qombu.bench", type="direct")
    queue = Queue("qombu.bench", exchange=exchange, routing_key="bench")
    options = {"polling_interval": 0.001} if url.startswith("memory") else {}
    with Connection(url, transport_options=options) as connection:
        if work in ("publish", "batch"):
            return publish(connection, queue, count, size, work == "batch")
        if work == "consume":
            return consume(connection, queue, count)
        return publish(connection, queue, count, size) + consume(connection, queue, count)


def main():
    work, url, count, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    if work in ("unconfirmed", "confirmed", "consume_bytes"):
        seconds = on_rabbit(work, url, count, size, int(sys.argv[5]))
    else:
        seconds = in_envelopes(work, url, count, size)
    print(json.dumps({"messages": count, "seconds": seconds,
                      "messages_per_second": count / seconds}))


main()
