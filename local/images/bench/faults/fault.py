"""Runs a tool and makes it fail in a selected way, to test failures that are rare with real tools.

    LOCAL_FAULT=KIND[:ARGUMENT][@POSITION][#ATTEMPT]     fault.py PROGRAM ARGUMENTS...

Affects only the rank of POSITION (node1 or node2) in attempt ATTEMPT. Default: every rank in every attempt. Reads both
from the name that the suite gives the pod: ...-a<attempt>-<position>.

KIND        effect
hang        prints nothing and does not end
crash:N     ends with SIGSEGV after N % of the table's rows; exit code 139
segfault    does all its work, then ends with exit code 139
no-rows     ends with exit code 0 without a row
truncated   cuts the last row in the middle
garbage     prints random bytes instead of rows
unit        prints figures that are 1000 times too large, as if MB were GB
slow:N      starts N seconds late
oom         takes memory until the kernel ends it
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time

# Matches a row of nixlbench, or of ucx_perftest's CSV after the name of a batch line.
ROW = re.compile(rb"^\s*\d+\s+\d+\s+[\d.]+|^s\d+,\s*\d+,")
DECIMAL = re.compile(rb"\d+\.\d+")
SEGMENTATION_FAULT = 128 + signal.SIGSEGV
CHUNK = 16 * 2**20


def parse(text):
    match = re.fullmatch(r"([a-z-]+)(?::(\d+))?(?:@(node[12]))?(?:#(\d+))?", text)
    if not match:
        sys.exit(f"LOCAL_FAULT={text}: expected KIND[:ARGUMENT][@POSITION][#ATTEMPT]")
    kind, argument, position, attempt = match.groups()
    return kind, int(argument or 0), position, attempt


def hits(position, attempt, host):
    here = re.search(r"-a(\d+)-(node[12])$", host)
    number, place = here.groups() if here else (None, None)
    return (position is None or position == place) and (attempt is None or attempt == number)


def take_memory():
    taken = []
    while True:
        taken.append(bytearray(os.urandom(1024) * (CHUNK // 1024)))


def enlarged(line):
    """Multiplies figures by 1000: for nixlbench the bandwidth, which is the first with a decimal point; for CSV all."""
    return DECIMAL.sub(lambda match: b"%.6f" % (float(match.group()) * 1000), line, count=0 if b"," in line else 1)


def expected_rows(arguments):
    sizes = dict(re.findall(r"--(start_block_size|max_block_size)=(\d+)", " ".join(arguments)))
    if len(sizes) < 2:
        return 1
    rows, size = 0, int(sizes["start_block_size"])
    while size <= int(sizes["max_block_size"]):
        rows, size = rows + 1, size * 2
    return rows


def write(line):
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


class Filter:
    """Changes the lines of the tool. When `crashed` is set, the caller must end the tool."""

    def __init__(self, kind, rows_before_crash):
        self._kind = kind
        self._rows_before_crash = rows_before_crash
        self._rows = 0
        self._held = None
        self.crashed = False

    def line(self, line):
        is_row = ROW.match(line) is not None
        if self._kind == "crash" and is_row and self._rows >= self._rows_before_crash:
            self.crashed = True
            return
        self._release()
        self._rows += is_row
        if not is_row or self._kind in ("crash", "segfault"):
            write(line)
        elif self._kind == "garbage":
            write(b"\x00\xff\xfe" + line[::-1].replace(b"\n", b"") + b"\x1b[31m\n")
        elif self._kind == "unit":
            write(enlarged(line))
        elif self._kind == "truncated":
            self._held = line

    def end(self):
        if self._held is not None:
            write(self._held[: len(self._held) // 2])

    def _release(self):
        if self._held is not None:
            write(self._held)
            self._held = None


def run(kind, argument, command, environment):
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    lines = Filter(kind, argument / 100 * expected_rows(command))
    for line in child.stdout:
        lines.line(line)
        if lines.crashed:
            child.kill()
            child.wait()
            return SEGMENTATION_FAULT
    lines.end()
    code = child.wait()
    if kind == "segfault":
        return SEGMENTATION_FAULT
    return 0 if kind == "no-rows" else code if code >= 0 else 128 - code


def main():
    kind, argument, position, attempt = parse(os.environ["LOCAL_FAULT"])
    command = sys.argv[1:]
    environment = {name: value for name, value in os.environ.items() if name != "LOCAL_FAULT"}
    if not hits(position, attempt, socket.gethostname()):
        os.execve(command[0], command, environment)
    if kind == "slow":
        time.sleep(argument)
        os.execve(command[0], command, environment)
    if kind == "hang":
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pause()
    if kind == "oom":
        take_memory()
    sys.exit(run(kind, argument, command, environment))


if __name__ == "__main__":
    main()
