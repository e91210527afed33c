#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The Kombu side of the interoperability tests: real Kombu, driven by one JSON argument.

    kombupeer.py publish|consume|hold|types|typesof|returns|restore|sweep|delete|delays|version URL SPECIFICATION

Messages are printed as JSON lines, flushed one by one.
"""
import base64
import json
import socket
import sys
import time
from datetime import datetime
from decimal import Decimal

from kombu import VERSION, Connection, Consumer, Exchange, Producer, Queue


def show(body, message):
    line = {"headers": message.headers, "properties": message.properties,
            "delivery_info": message.delivery_info, "content_type": message.content_type,
            "content_encoding": message.content_encoding,
            "redelivered": bool(message.delivery_info.get("redelivered"))}
    if isinstance(body, (bytes, memoryview)):
        line["body_base64"] = base64.b64encode(bytes(body)).decode()
    else:
        line["body"] = body
    print(json.dumps(line, default=str), flush=True)


def queue_of(spec):
    arguments = spec.get("queue_arguments")
    if not spec.get("exchange"):
        return Queue(spec["queue"], queue_arguments=arguments)
    return Queue(spec["queue"], exchange=Exchange(spec["exchange"], type=spec.get("type", "direct")),
                 routing_key=spec.get("binding_key", spec.get("routing_key", "")),
                 queue_arguments=arguments, binding_arguments=spec.get("binding_arguments"))


def publish(connection, spec):
    channel = connection.channel()
    if spec.get("queue"):
        queue_of(spec)(channel).declare()
    exchange = Exchange(spec.get("exchange", ""), type=spec.get("type", "direct"))
    producer = Producer(channel, exchange=exchange)
    for message in spec["messages"]:
        body = (base64.b64decode(message.pop("body_base64")) if "body_base64" in message
                else message.pop("body"))
        routing_key = message.pop("routing_key", spec.get("routing_key", spec.get("queue", "")))
        for _ in range(message.pop("times", 1)):
            producer.publish(body, routing_key=routing_key, **message)


# A header of each type that py-amqp writes.
TYPES = {"text": "\u00e9", "bytes": b"\xff\x00", "int": -5, "most": 2**31 - 1, "large": -2**40, "largest": 2**63 - 1,
         "fraction": 0.1, "truth": True, "lie": False, "none": None, "time": datetime(2026, 1, 2, 3, 4, 5),
         "decimal": Decimal("-1.23"), "list": [1, "b", [], {"x": None}], "map": {"a": {"b": [True]}}, "empty": {}}


def types(connection, spec):
    channel = connection.channel()
    queue_of(spec)(channel).declare()
    Producer(channel).publish("types", routing_key=spec["queue"], headers=TYPES)


def types_of(connection, spec):
    """The next message's headers, each as its type and its value in Python's words."""
    message = queue_of(spec)(connection.channel()).get(no_ack=True)
    headers = message.headers if message else {}
    # RabbitMQ 4 sends large numbers as 'l', which py-amqp 5.1 reads without its sign, from Kombu as well.
    whole = {name: value - 2**64 for name, value in headers.items() if isinstance(value, int) and value >= 2**63}
    headers = {**headers, **whole}
    print(json.dumps({name: [type(value).__name__, repr(value)] for name, value in headers.items()}), flush=True)


def returns(connection, spec):
    """Publishes for each key with the mandatory flag, and shows what comes back: before the confirm."""
    def returned(exception, exchange, routing_key, message):
        print(json.dumps({"code": exception.reply_code, "exchange": exchange, "routing_key": routing_key,
                          "body": str(message.body)}), flush=True)

    channel = connection.channel()
    exchange = Exchange(spec["exchange"], no_declare=True)
    producer = Producer(channel, exchange=exchange, on_return=returned, auto_declare=False)
    for key in spec["keys"]:
        producer.publish(key, routing_key=key, mandatory=True, serializer="json")


def consume(connection, spec, hold=False):
    left = spec.get("count", 1)
    channel = connection.channel()
    consumer = Consumer(channel, queues=[queue_of(spec)], auto_declare=True,
                        accept=["json", "text/plain", "application/data"], no_ack=spec.get("no_ack", False))

    def received(body, message):
        nonlocal left
        show(body, message)
        left -= 1
        if hold or spec.get("no_ack"):
            return
        if spec.get("settle") == "requeue":
            message.requeue()
        elif spec.get("settle") == "reject":
            message.reject()
        else:
            message.ack()

    consumer.register_callback(received)
    consumer.qos(prefetch_count=spec.get("prefetch", 16))
    deadline = time.monotonic() + spec.get("timeout", 20)
    with consumer:
        while left > 0 or hold:
            if time.monotonic() > deadline:
                sys.exit(f"kombupeer: {left} messages did not come")
            try:
                connection.drain_events(timeout=1)
            except socket.timeout:
                pass


def restore(connection, spec):
    """Kombu's own sweep, until nothing is held any more."""
    channel = connection.channel()
    if spec.get("exchange"):
        queue_of(spec)(channel).declare()
    deadline = time.monotonic() + spec.get("timeout", 20)
    while channel.client.zcard("unacked_index"):
        if time.monotonic() > deadline:
            sys.exit("kombupeer: something stays held")
        channel.qos.restore_visible(interval=1)
        time.sleep(0.05)


def sweep(connection, spec):
    """Lets the deadline of an exchange pass: of a queue of our own, which expires."""
    channel = connection.channel()
    queue = queue_of(spec)
    queue.expires = 60
    queue(channel).declare()
    channel.client.zadd("_kombu.binding_deadlines", {spec["exchange"]: 1})
    print(json.dumps({"swept": channel.sweep_bindings()}), flush=True)


def delays(connection, spec):
    """Declares what native delayed delivery needs, as a worker of Celery does, and shows keys of it."""
    from kombu.transport import native_delayed_delivery as native  # Kombu >= 5.5

    prefix = spec.get("prefix")
    native.declare_native_delayed_delivery_exchanges_and_queues(connection, spec["queue_type"], prefix)
    if spec.get("queue"):
        queue = queue_of(spec)
        queue(connection.channel()).declare()
        native.bind_queue_to_native_delayed_delivery_exchange(connection, queue, prefix)
    keys = {str(seconds): native.calculate_routing_key(seconds, spec["key"]) for seconds in spec.get("seconds", [])}
    print(json.dumps(keys), flush=True)


def main():
    work, url, spec = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
    ssl = {"ssl": spec["ssl"]} if "ssl" in spec else {}
    with Connection(url, transport_options=spec.get("options", {}), **ssl) as connection:
        if work == "publish":
            publish(connection, spec)
        elif work == "restore":
            restore(connection, spec)
        elif work == "types":
            types(connection, spec)
        elif work == "typesof":
            types_of(connection, spec)
        elif work == "returns":
            returns(connection, spec)
        elif work == "delays":
            delays(connection, spec)
        elif work == "sweep":
            sweep(connection, spec)
        elif work == "delete":
            queue = queue_of(spec)(connection.channel())
            queue.declare()
            queue.delete()
        elif work == "version":
            sys.exit(0 if VERSION[:2] >= (5, 7) else f"this is Kombu {VERSION}")
        else:
            consume(connection, spec, hold=work == "hold")


main()
