#!/usr/bin/env python3
"""Measures the whole process in a pseudo-terminal: start, keys, idling, memory.

    benches/process.py [--size 120x40] [--keys 200] [--idle 20] target/release/qd -- ARGUMENTS OF QD

Needs nothing but Python's standard library. Times are from this process's clock, so they contain
the pseudo-terminal and the scheduler: what a person would feel.
"""

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import termios
import time

QUESTION = b"\x1b]11;?"
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
SEQUENCE = re.compile(rb"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[()][0-9A-B]|\x1b[=>78]")


def read_for(fd, seconds, until=None):
    """Everything that comes within the time, or until `until(bytes)` is true."""
    data, end = b"", time.perf_counter() + seconds
    while (left := end - time.perf_counter()) > 0:
        if not select.select([fd], [], [], left)[0]:
            break
        try:
            came = os.read(fd, 1 << 16)
        except OSError:
            break
        if QUESTION in came:
            # As any terminal does: the background is black, and it is a VT100 of a kind.
            os.write(fd, b"\x1b]11;rgb:0000/0000/0000\x1b\\\x1b[?62;c")
        data += came
        if until and until(data):
            break
    return data


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / CLOCK_TICKS


def resident_mib(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--keys", type=int, default=200)
    parser.add_argument("--idle", type=float, default=20)
    parser.add_argument("--refreshes", type=int, default=0, help="times that R is pressed, and keys while it is answered")
    parser.add_argument("--data", default="available", help="pattern that says that rows are there")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))

    started = time.perf_counter()
    pid, fd = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        os.environ["TERM"] = "xterm-256color"
        os.execv(options.binary, [options.binary, *(a for a in options.arguments if a != "--")])
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    text = lambda data: SEQUENCE.sub(b" ", data).decode(errors="replace")
    try:
        first = read_for(fd, 10, lambda data: "READ-ONLY" in text(data))
        print(f"first frame          {(time.perf_counter() - started) * 1000:8.1f} ms")
        if not re.search(options.data, text(first)):
            read_for(fd, 60, lambda data: re.search(options.data, re.sub(r"\s+", " ", text(first + data))))
        print(f"first rows           {(time.perf_counter() - started) * 1000:8.1f} ms")
        read_for(fd, 5)

        def press(count):
            """Moves the cursor so often; gives the milliseconds until each is painted."""
            painted = []
            for i in range(count):
                sent = time.perf_counter()
                os.write(fd, b"j" if i % 20 < 10 else b"k")
                if read_for(fd, 2, lambda data: True):
                    painted.append((time.perf_counter() - sent) * 1000)
                read_for(fd, 0.01)
            return painted

        def report(what, painted):
            if painted:
                painted.sort()
                p99 = painted[min(len(painted) - 1, int(len(painted) * 0.99))]
                times = f"{statistics.median(painted):8.2f} ms median, {p99:.2f} ms p99, {painted[-1]:.2f} ms max"
                print(f"{what:<20} {times}, {len(painted)} keys")

        report("key to paint", press(options.keys))
        refreshed = []
        for _ in range(options.refreshes):
            os.write(fd, b"R")
            # Long enough for every answer of 5,000 DB instances.
            refreshed += press(200)
        report("while refreshed", refreshed)

        read_for(fd, 2)
        before = cpu_seconds(pid)
        idle = read_for(fd, options.idle)
        used = (cpu_seconds(pid) - before) / options.idle * 100
        print(f"idle                 {used:8.2f} % CPU, {len(idle) / options.idle:.1f} bytes/s")
        print(f"resident             {resident_mib(pid):8.1f} MiB")
    finally:
        try:
            os.kill(pid, signal.SIGTERM)
            read_for(fd, 0.5)
            os.waitpid(pid, 0)
        except (ProcessLookupError, ChildProcessError):
            pass


if __name__ == "__main__":
    sys.exit(main())
