"""Runs a tool and makes it fail in a selected way, to test failures that are rare with real tools.

    LOCAL_FAULT=KIND[:ARGUMENT][@POSITION][#ATTEMPT]     fault.py PROGRAM ARGUMENTS...

Affects only the rank of POSITION (node1 or node2) in attempt ATTEMPT. Default: every rank in every attempt. Reads both
from the name that the suite gives the pod: ...-a<attempt>-<position>.

KIND        effect
hang        prints nothing and does not end
crash:WHEN  ends by SIGSEGV (exit code 139)
abort:WHEN  ends by SIGABRT with the message of std::bad_alloc (exit code 134)
kill:WHEN   ends by SIGKILL (exit code 137)
stall:WHEN  prints nothing more, does not react to SIGTERM and does not end
segfault    does all its work, then ends by SIGSEGV (exit code 139)
no-rows     ends with exit code 0 without a row
truncated   cuts the last row in the middle
garbage     prints random bytes instead of rows
unit        prints figures that are 1000 times too large, as if MB were GB
slow:N      starts N seconds late
oom         takes memory until the kernel ends it

WHEN        is N, after N % of the table's rows; or Ns, N seconds after nixlbench has said that all processes are ready,
            which also works for the rank that prints no rows
"""

import ctypes
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time

from nixlbench.death import die, die_of_bad_alloc

# Matches a row of nixlbench, or of ucx_perftest's CSV after the name of a batch line.
ROW = re.compile(rb"^\s*\d+\s+\d+\s+[\d.]+|^s\d+,\s*\d+,")
READY = b"All processes are ready to proceed"
DECIMAL = re.compile(rb"\d+\.\d+")
CHUNK = 16 * 2**20
# prctl() of Linux: the signal that a process gets when its parent ends.
PR_SET_PDEATHSIG = 1
# Kinds that strike at WHEN, and what they do once the tool is stopped.
STRIKES = {
    "crash": lambda: die(signal.SIGSEGV),
    "abort": die_of_bad_alloc,
    "kill": lambda: die(signal.SIGKILL),
    "stall": lambda: threading.Event().wait(),
}


def parse(text):
    """Returns kind, argument, whether the argument is in seconds after the start, position and attempt."""
    match = re.fullmatch(r"([a-z-]+)(?::(\d+)(s?))?(?:@(node[12]))?(?:#(\d+))?", text)
    if not match:
        sys.exit(f"LOCAL_FAULT={text}: expected KIND[:ARGUMENT][@POSITION][#ATTEMPT]")
    kind, argument, seconds, position, attempt = match.groups()
    if seconds and kind not in STRIKES:
        sys.exit(f"LOCAL_FAULT={text}: only {', '.join(STRIKES)} take seconds")
    return kind, int(argument or 0), bool(seconds), position, attempt


def hits(position, attempt, host):
    here = re.search(r"-a(\d+)-(node[12])$", host)
    number, place = here.groups() if here else (None, None)
    return (position is None or position == place) and (attempt is None or attempt == number)


def take_memory():
    taken = []
    while True:
        taken.append(bytearray(os.urandom(1024) * (CHUNK // 1024)))


def enlarged(line):
    """Multiplies figures by 1000: for nixlbench the bandwidth, which is the first with a decimal point; for CSV all.

    Keeps the number of decimals, without which the suite takes a row for a damaged one.
    """
    return DECIMAL.sub(thousandfold, line, count=0 if b"," in line else 1)


def thousandfold(match):
    decimals = len(match.group().split(b".")[1])
    return b"%.*f" % (decimals, float(match.group()) * 1000)


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


def end_with_parent():
    """Lets the kernel end this process with its parent, also while it is stopped."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Strike:
    """Ends or stalls the tool in the middle of its work. `seconds`: after the start, otherwise after that share of rows."""

    def __init__(self, kind, argument, seconds, command):
        self._act = STRIKES[kind]
        self._stalls = kind == "stall"
        self._after_s = argument if seconds else None
        self._after_rows = None if seconds else argument / 100 * expected_rows(command)
        self.child = None
        self.struck = False

    def row_is_due(self, printed):
        return self._after_rows is not None and printed >= self._after_rows

    def started(self):
        if self._after_s is not None:
            timer = threading.Timer(self._after_s, self.now)
            timer.daemon = True
            timer.start()

    def now(self):
        """Does not return."""
        self.struck = True
        if self._stalls:
            self.child.send_signal(signal.SIGSTOP)
        else:
            self.child.kill()
            self.child.wait()
        self._act()


class Filter:
    """Changes the lines of the tool."""

    def __init__(self, kind, strike):
        self._kind = kind
        self._strike = strike
        self._rows = 0
        self._held = None

    def line(self, line):
        is_row = ROW.match(line) is not None
        if self._strike:
            if is_row and self._strike.row_is_due(self._rows):
                self._strike.now()
            if READY in line:
                self._strike.started()
        self._release()
        self._rows += is_row
        if not is_row or self._strike or self._kind == "segfault":
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


def run(kind, strike, command, environment):
    child = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, preexec_fn=end_with_parent)

    def terminate(*_):
        if not (strike and strike.struck):
            child.terminate()

    signal.signal(signal.SIGTERM, terminate)
    if strike:
        strike.child = child
    lines = Filter(kind, strike)
    for line in child.stdout:
        lines.line(line)
    if strike and strike.struck:
        # The tool ended because of the strike, which another thread completes.
        threading.Event().wait()
    lines.end()
    code = child.wait()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if kind == "segfault":
        die(signal.SIGSEGV)
    if code < 0:
        die(-code)
    return 0 if kind == "no-rows" else code


def main():
    kind, argument, seconds, position, attempt = parse(os.environ["LOCAL_FAULT"])
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
    strike = Strike(kind, argument, seconds, command) if kind in STRIKES else None
    sys.exit(run(kind, strike, command, environment))


if __name__ == "__main__":
    main()
