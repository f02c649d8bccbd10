"""Whole runs of two ranks that end before NIXL is loaded, with an etcd of this file."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Gateway(BaseHTTPRequestHandler):
    """The requests of etcd's JSON gateway that the stand-in makes. Leases do not end."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(getattr(self, self.path.removeprefix("/v3/").replace("/", "_"))(request)).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def kv_range(self, request):
        return {"kvs": [{"key": key, "value": self.server.values[key]} for key in self._selected(request)]}

    def kv_put(self, request):
        self.server.values[request["key"]] = request["value"]
        return {}

    def kv_deleterange(self, request):
        for key in self._selected(request):
            del self.server.values[key]
        return {}

    def lease_grant(self, _request):
        return {"ID": "7"}

    def lease_revoke(self, _request):
        return {}

    def lock_lock(self, request):
        self.server.lock.acquire(timeout=10)
        return {"key": request["name"]}

    def lock_unlock(self, _request):
        self.server.lock.release()
        return {}

    def log_message(self, *_):
        pass

    def _selected(self, request):
        start = base64.b64decode(request["key"])
        end = base64.b64decode(request.get("range_end", "")) or start + b"\0"
        return [key for key in list(self.server.values) if start <= base64.b64decode(key) < end]


class Etcd:
    def __enter__(self):
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
        self._server.daemon_threads = True
        self._server.values = {}
        self._server.lock = threading.Lock()
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def keys(self):
        return sorted(base64.b64decode(key).decode() for key in self._server.values)


def start(etcd, *arguments, **environment):
    command = [sys.executable, "-B", "-m", "nixlbench", f"--etcd_endpoints={etcd.endpoint}", "--benchmark_group=g", *arguments]
    variables = {**os.environ, "PYTHONPATH": BENCH, "NIXL_PLUGIN_DIR": "/none", **environment}
    return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def results(*processes):
    """Returns exit status and lines (standard output, then standard error) of each."""
    outputs = [process.communicate(timeout=30) for process in processes]
    return [(process.returncode, "".join(output).splitlines()) for process, output in zip(processes, outputs)]


def pair(etcd, *arguments, **environment):
    return results(*(start(etcd, *arguments, **environment) for _ in range(2)))


class MissingPlugin(unittest.TestCase):
    def test_1_4_reports_the_back_end_and_leaves_the_ranks(self):
        with Etcd() as etcd:
            for code, lines in pair(etcd, "--backend=LIBFABRIC"):
                self.assertEqual(1, code)
                self.assertEqual("NIXL: createBackend failed! (NIXL_ERR_NOT_FOUND)", lines[-1])
                init = next(line for line in lines if line.startswith("Init nixl worker, dev all rank "))
                self.assertTrue(init.endswith(", nc_count -1, post threads 0"))
                self.assertNotIn("All processes are ready to proceed", lines)
            self.assertEqual(["xferbench/g//rank/0", "xferbench/g//rank/1", "xferbench/g//size"], etcd.keys())

    def test_0_7_1_goes_on_and_dies_by_sigsegv(self):
        with Etcd() as etcd:
            for code, lines in pair(etcd, LOCAL_NIXLBENCH="0.7.1"):
                self.assertEqual(-signal.SIGSEGV, code)
                self.assertIn("All processes are ready to proceed", lines)
                self.assertTrue(lines[-1].endswith("createBackend: unsupported backend 'UCX'"))
            self.assertEqual(["xferbench/g//rank/0", "xferbench/g//rank/1", "xferbench/g//size"], etcd.keys())


class LonelyRank(unittest.TestCase):
    """0.7.1 reaches the start barrier without a back end, so that these runs need no NIXL."""

    def test_a_signal_in_the_start_barrier_ends_the_run_in_order(self):
        with Etcd() as etcd:
            process = start(etcd, "--mode=MG", "--num_initiator_dev=2", LOCAL_NIXLBENCH="0.7.1")
            said = []
            while not said or not said[-1].startswith("Waiting"):
                said.append(process.stdout.readline())
            # The end of this line differs from that of 1.4, which closes the bracket.
            self.assertEqual("Waiting for all processes to start... (expecting 2 total\n", said[-1])
            process.send_signal(signal.SIGINT)
            code, lines = results(process)[0]
            self.assertEqual(1, code)
            self.assertEqual("Ctrl-C received, exiting...", lines[0])
            self.assertRegex(lines[-3], r"^Error in barrier wait xferbench/g/barrier/start_barrier/0/ rank 0 completed [01]/2")
            self.assertEqual(["Failed to synchronize at start barrier", "Failed to synchronize all processes"], lines[-2:])
            self.assertEqual([], etcd.keys())
