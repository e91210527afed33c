#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Publishing over TLS as a ratio to publishing in plain, on the same servers in the same run.

    tests/bench/tls.py BUILD_DIRECTORY [--runs 5] [--count 50000] [--size 200]

Plain and TLS run interleaved; the table shows the medians and the ratio of them.
"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SUPPORT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_redis(folder):
    plain, tls = free_port(), free_port()
    subprocess.run([f"{SUPPORT}/makecertificates", folder], check=True)
    process = subprocess.Popen(
        ["redis-server", "--port", str(plain), "--tls-port", str(tls), "--bind", "127.0.0.1", "--save", "",
         "--tls-cert-file", f"{folder}/server.pem", "--tls-key-file", f"{folder}/server.key",
         "--tls-ca-cert-file", f"{folder}/ca.pem", "--tls-auth-clients", "no", "--dir", folder],
        stdout=subprocess.DEVNULL)
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", tls)).close()
            break
        except OSError:
            time.sleep(0.1)
    return process, (f"redis://127.0.0.1:{plain}", f"rediss://127.0.0.1:{tls}?ssl_ca_certs={folder}/ca.pem")


def start_rabbit(folder):
    subprocess.run([f"{SUPPORT}/rabbit", "start", folder, str(os.getpid())], check=True)
    with open(f"{folder}/ports.json", encoding="ascii") as file:
        ports = json.load(file)
    login = "guest:guest@127.0.0.1"
    return (f"amqp://{login}:{ports['amqp']}",
            f"amqps://{login}:{ports['amqps']}?ssl_ca_certs={folder}/tls/ca.pem")


def rate(program, url, options):
    base = [program, "--url", url, "--json"]
    subprocess.run([*base, "purge", "qombu.bench"], capture_output=True, check=False)
    run = subprocess.run([*base, "bench", "publish", "--count", str(options.count), "--size", str(options.size)],
                         capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])["messages_per_second"]


def compare(name, program, urls, options):
    rates = ([], [])
    for _ in range(options.runs):
        for kind, url in enumerate(urls):
            rates[kind].append(rate(program, url, options))
    plain, tls = map(statistics.median, rates)
    print(f"{name:10} plain {plain:9.0f}/s ({min(rates[0]):.0f}-{max(rates[0]):.0f})"
          f"   TLS {tls:9.0f}/s ({min(rates[1]):.0f}-{max(rates[1]):.0f})   ratio {tls / plain:.2f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--count", type=int, default=50000)
    parser.add_argument("--size", type=int, default=200)
    options = parser.parse_args()
    program = os.path.join(options.build, "bin", "qombu")
    with tempfile.TemporaryDirectory() as folder:
        process, urls = start_redis(folder)
        compare("Redis", program, urls, options)
        process.kill()
        process.wait()
    with tempfile.TemporaryDirectory() as folder:
        urls = start_rabbit(folder)
        compare("RabbitMQ", program, urls, options)
        subprocess.run([f"{SUPPORT}/rabbit", "stop", folder], check=True)


main()
