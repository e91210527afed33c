# SPDX-License-Identifier: BSD-3-Clause
"""A Celery application for the interoperability tests; broker and result backend come from
QOMBU_TEST_BROKER and QOMBU_TEST_BACKEND (by default the broker). QOMBU_TEST_QUORUM names a quorum
queue for its tasks, which Celery >= 5.5 delays inside RabbitMQ."""
import os
import sys

from celery import Celery
from kombu import Exchange, Queue

broker = os.environ["QOMBU_TEST_BROKER"]
app = Celery("celeryapp", broker=broker, backend=os.environ.get("QOMBU_TEST_BACKEND", broker))
app.conf.worker_send_task_events = True
app.conf.broker_connection_retry_on_startup = True
quorum = os.environ.get("QOMBU_TEST_QUORUM")
if quorum:
    app.conf.task_default_queue = quorum
    app.conf.task_queues = [Queue(quorum, Exchange(quorum, type="topic"), routing_key=quorum,
                                  queue_arguments={"x-queue-type": "quorum"})]


@app.task(name="celeryapp.add")
def add(x, y):
    return x + y


if __name__ == "__main__":
    countdown = int(sys.argv[2]) if len(sys.argv) > 2 else None
    add.apply_async((2, 3), headers={"who": "celery"}, task_id=sys.argv[1], countdown=countdown)
