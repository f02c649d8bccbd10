"""Small etcd client for the v3 JSON gateway, so that the image needs no gRPC for Python."""

import base64
import http.client
import json
import socket
from urllib.parse import urlsplit

# Time-out of gRPC for a host that does not answer, so that an unreachable etcd takes as long to fail as in nixlbench.
CONNECT_TIMEOUT_S = 20
REQUEST_TIMEOUT_S = 30
# Lease of etcd-cpp-api's lock(): a killed holder keeps the lock for this long.
LOCK_LEASE_S = 10


class EtcdError(Exception):
    """A request to etcd failed. The text is that of nixlbench's gRPC client in the same case."""


class EtcdClient:
    """etcd client. Keys are text, values are bytes. Every method raises EtcdError when etcd cannot be reached."""

    def __init__(self, endpoints):
        self._endpoints = [endpoint.strip() for endpoint in endpoints.split(",") if endpoint.strip()]
        self._connection = None

    def get(self, key):
        found = self._call("kv/range", {"key": _encode(key)}).get("kvs", [])
        return base64.b64decode(found[0].get("value", "")) if found else None

    def keys(self, prefix):
        request = {**_prefix(prefix), "keys_only": True}
        return [base64.b64decode(kv["key"]).decode() for kv in self._call("kv/range", request).get("kvs", [])]

    def put(self, key, value, lease=None):
        bound = {} if lease is None else {"lease": lease}
        self._call("kv/put", {"key": _encode(key), "value": _encode(value), **bound})

    def delete(self, key):
        self._call("kv/deleterange", {"key": _encode(key)})

    def delete_prefix(self, prefix):
        self._call("kv/deleterange", _prefix(prefix))

    def grant(self, seconds):
        """Returns a lease that ends after this time unless renew() is called."""
        return self._call("lease/grant", {"TTL": seconds})["ID"]

    def renew(self, lease):
        self._call("lease/keepalive", {"ID": lease})

    def lock(self, name):
        """Waits for the lock and returns the argument for unlock()."""
        lease = self.grant(LOCK_LEASE_S)
        key = self._call("lock/lock", {"name": _encode(name), "lease": lease}, timeout_s=None)["key"]
        return key, lease

    def unlock(self, held):
        key, lease = held
        self._call("lock/unlock", {"key": key})
        self._call("lease/revoke", {"ID": lease})

    def _call(self, path, request, timeout_s=REQUEST_TIMEOUT_S):
        body = json.dumps(request).encode()
        # Tries twice, because etcd may have closed a connection that was idle during a long row. All requests here can be
        # repeated.
        for attempt in (1, 2):
            fresh = self._connection is None
            connection = self._connection or self._connect()
            try:
                connection.sock.settimeout(timeout_s)
                connection.request("POST", f"/v3/{path}", body, {"Content-Type": "application/json"})
                response = connection.getresponse()
                answer = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                if fresh or attempt == 2:
                    raise EtcdError(f"{type(error).__name__}: {error}") from error
                continue
            if response.status != 200:
                raise EtcdError(_reason(answer, response.status))
            return json.loads(answer)
        raise AssertionError("unreachable")

    def _connect(self):
        last = "the target uri is not valid"
        for endpoint in self._endpoints:
            address = _resolve(endpoint)
            if address is None:
                continue
            connection = http.client.HTTPConnection(*address, timeout=CONNECT_TIMEOUT_S)
            try:
                connection.connect()
            except OSError as error:
                reason = error.strerror or str(error)
                last = (
                    "failed to connect to all addresses; last error: UNKNOWN: "
                    f"ipv4:{address[0]}:{address[1]}: Failed to connect to remote host: {reason}"
                )
                continue
            self._connection = connection
            return connection
        raise EtcdError(last)

    def _drop(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _resolve(endpoint):
    """Returns IPv4 address and port, or None when gRPC would find no address: no port, or a host that does not resolve."""
    parts = urlsplit(endpoint if "//" in endpoint else f"//{endpoint}")
    try:
        if parts.port is None or parts.scheme not in ("", "http"):
            return None
        found = socket.getaddrinfo(parts.hostname, parts.port, socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, ValueError, UnicodeError):
        return None
    return found[0][4] if found else None


def _encode(value):
    data = value.encode() if isinstance(value, str) else value
    return base64.b64encode(data).decode()


def _prefix(prefix):
    start = prefix.encode()
    return {"key": _encode(start), "range_end": _encode(start[:-1] + bytes([start[-1] + 1]))}


def _reason(answer, status):
    try:
        return json.loads(answer)["message"]
    except (ValueError, KeyError, TypeError):
        return f"HTTP status {status}"
