# SPDX-License-Identifier: BSD-3-Clause
"""A Celery application for the interoperability tests; its broker comes from QOMBU_TEST_BROKER."""
import os
import sys

from celery import Celery

app = Celery("celeryapp", broker=os.environ["QOMBU_TEST_BROKER"], backend=os.environ["QOMBU_TEST_BROKER"])
app.conf.worker_send_task_events = True
app.conf.broker_connection_retry_on_startup = True


@app.task(name="celeryapp.add")
def add(x, y):
    return x + y


if __name__ == "__main__":
    add.apply_async((2, 3), headers={"who": "celery"}, task_id=sys.argv[1])
