# SPDX-License-Identifier: BSD-3-Clause
"""A Celery application for the interoperability tests; broker and result backend come from
QOMBU_TEST_BROKER and QOMBU_TEST_BACKEND (by default the broker)."""
import os
import sys

from celery import Celery

broker = os.environ["QOMBU_TEST_BROKER"]
app = Celery("celeryapp", broker=broker, backend=os.environ.get("QOMBU_TEST_BACKEND", broker))
app.conf.worker_send_task_events = True
app.conf.broker_connection_retry_on_startup = True


@app.task(name="celeryapp.add")
def add(x, y):
    return x + y


if __name__ == "__main__":
    add.apply_async((2, 3), headers={"who": "celery"}, task_id=sys.argv[1])
