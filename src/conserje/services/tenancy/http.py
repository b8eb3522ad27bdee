# SPDX-License-Identifier: Apache-2.0
"""The real `http` handed to adapters: time limits, address guard, size limits, one pool, quiet logs.

A name is resolved once, all its addresses are judged, and the connection goes to the judged address itself, so
that a name cannot answer differently the second time. Redirects and proxies of the environment are not followed.
"""

from __future__ import annotations

import ipaddress
import json as jsonlib
import logging
import socket
import ssl
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import httpcore
import httpx

from conserje.domain.ports.http import Answer, Identity, NoAnswer
from conserje.services.tenancy import turns

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 20.0
LARGEST_REQUEST: Final = 2_000_000
LARGEST_ANSWER: Final = 10_000_000
MOST_IDENTITIES: Final = 64

_LOG: Final = logging.getLogger("conserje.http")
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_NAT64_LOCAL: Final = ipaddress.ip_network("64:ff9b:1::/48")
_SAFE_TWICE: Final = frozenset({"GET", "HEAD"})

for _chatty in ("httpx", "httpcore"):
    logging.getLogger(_chatty).setLevel(logging.WARNING)


class AddressRefused(httpcore.ConnectError):
    """The name leads to an address that adapters may not reach."""


class NameUnknown(httpcore.ConnectError):
    """The name leads nowhere."""


class GuardedHttp:
    """Sends requests for adapters (`domain.ports.http.Http`). Safe for many threads; `close` frees the pool.

    `allowed_hosts` holds hosts, or host:port, that may be on private addresses and spoken to without TLS.
    """

    def __init__(
        self,
        *,
        allowed_hosts: Collection[str] = (),
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        largest_answer: int = LARGEST_ANSWER,
        verify: ssl.SSLContext | None = None,
    ) -> None:
        self._allowed = frozenset(host.lower() for host in allowed_hosts)
        self._connect_seconds = connect_seconds
        self._total_seconds = total_seconds
        self._largest_answer = largest_answer
        self._backend = _GuardedBackend(self._allowed)
        self._client = _client(verify or ssl.create_default_context(), self._backend)
        self._client_as = lru_cache(maxsize=MOST_IDENTITIES)(
            lambda identity: _client(_showing(identity, verify), self._backend)
        )

    def send(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
        identity: Identity | None = None,
    ) -> Answer:
        """One request, one answer, whatever its status. `json` or `body`, not both. Raises `NoAnswer`.

        Tried once more when nothing was reached, or when a GET found its connection broken, within the total.
        Connections that show an `identity` are shared with nobody who shows another one or none.
        """
        request = self._request(method.upper(), url, dict(headers or {}), json, body)
        try:
            client = self._client if identity is None else self._client_as(identity)
        except (ssl.SSLError, ValueError):
            raise NoAnswer("identity_unreadable", reached=False) from None
        with turns.aside():
            return self._once_or_twice(client, request)

    def _once_or_twice(self, client: httpx.Client, request: httpx.Request) -> Answer:
        until = time.monotonic() + self._total_seconds
        try:
            return self._once(client, request, until)
        except NoAnswer as first:
            again = first.why == "no_connection" or (first.why == "broken" and request.method in _SAFE_TWICE)
            if not again or time.monotonic() >= until:
                raise
        return self._once(client, request, until)

    def close(self) -> None:
        """Close the kept connections; those that show an identity end with this object."""
        self._client.close()
        self._client_as.cache_clear()

    def _request(
        self, method: str, url: str, headers: dict[str, str], json: Any, body: bytes | None
    ) -> httpx.Request:
        content = body or b""
        if json is not None:
            content = jsonlib.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
            headers.setdefault("content-type", "application/json")
        if len(content) > LARGEST_REQUEST:
            raise NoAnswer("request_too_large", reached=False)
        given = {"accept-encoding": "identity", "user-agent": "Conserje", **headers}
        try:
            request = self._client.build_request(method, url, headers=given, content=content)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, ValueError, TypeError):
            raise NoAnswer("address_unreadable", reached=False) from None
        scheme, host = request.url.scheme, request.url.host
        if not host or request.url.userinfo or scheme not in ("http", "https"):
            raise NoAnswer("address_unreadable", reached=False)
        port = request.url.port or (443 if scheme == "https" else 80)
        if scheme == "http" and not _listed(self._allowed, host, port):
            raise NoAnswer("plaintext_refused", reached=False)
        return request

    def _once(self, client: httpx.Client, request: httpx.Request, until: float) -> Answer:
        started = time.monotonic()
        self._backend.clock.until = until
        left = max(until - started, 0.001)
        request.extensions["timeout"] = {
            "connect": min(self._connect_seconds, left),
            "read": left,
            "write": left,
            "pool": min(self._connect_seconds, left),
        }
        outcome = "no answer"
        try:
            answer = self._exchange(client, request)
            outcome = str(answer.status)
            return answer
        except NoAnswer as failed:
            outcome = failed.why
            raise
        finally:
            took = int((time.monotonic() - started) * 1000)
            _LOG.info("%s %s: %s in %d ms", request.method, request.url.host, outcome, took)

    def _exchange(self, client: httpx.Client, request: httpx.Request) -> Answer:
        try:
            response = client.send(request, stream=True)
            try:
                body = self._read(response)
            finally:
                response.close()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as failed:
            raise NoAnswer(_why_not_reached(failed), reached=False) from None
        except (httpx.UnsupportedProtocol, httpx.LocalProtocolError):
            raise NoAnswer("request_unreadable", reached=False) from None
        except httpx.TimeoutException:
            raise NoAnswer("timed_out", reached=True) from None
        except (httpx.HTTPError, httpx.StreamError):
            raise NoAnswer("broken", reached=True) from None
        names = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, names, body)

    def _read(self, response: httpx.Response) -> bytes:
        pieces, size = [], 0
        for piece in response.iter_bytes():
            size += len(piece)
            if size > self._largest_answer:
                raise NoAnswer("answer_too_large", reached=True)
            pieces.append(piece)
        return b"".join(pieces)


def _client(context: ssl.SSLContext, backend: httpcore.NetworkBackend) -> httpx.Client:
    transport = httpx.HTTPTransport(trust_env=False)
    transport._pool = httpcore.ConnectionPool(
        ssl_context=context,
        max_connections=20,
        max_keepalive_connections=10,
        keepalive_expiry=15.0,
        network_backend=backend,
    )
    return httpx.Client(transport=transport, follow_redirects=False, trust_env=False)


def _showing(identity: Identity, verify: ssl.SSLContext | None) -> ssl.SSLContext:
    """A context that shows `identity`, and trusts whom `verify` trusts. The library reads PEM from files only."""
    context = ssl.create_default_context()
    if verify is not None:
        certificates = verify.get_ca_certs(binary_form=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cadata=b"".join(certificates))
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder, "certificate.pem"), Path(folder, "key.pem")
        certificate.write_text(identity.certificate)
        key.write_text(identity.private_key)
        context.load_cert_chain(certificate, key, password=_no_password)
    return context


def _no_password() -> str:
    """A key under a password would have it asked for at the terminal."""
    raise ValueError


class _Clock(threading.local):
    until: float = 0.0

    def bound(self, timeout: float | None) -> float:
        """`timeout`, or what is left of the whole request when that is less."""
        left = max(self.until - time.monotonic(), 0.001)
        return left if timeout is None else min(timeout, left)


class _GuardedBackend(httpcore.NetworkBackend):
    """Connects to judged addresses only; every read and write is bounded by the request's total."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self.clock = _Clock()
        self._allowed = allowed
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve, judge all addresses, connect to the first that answers."""
        addresses = judged_addresses(host, port=port, allowed=self._allowed)
        until = time.monotonic() + self.clock.bound(timeout)
        failed: Exception = httpcore.ConnectTimeout()
        for place, address in enumerate(addresses):
            share = (until - time.monotonic()) / (len(addresses) - place)
            if share <= 0:
                break
            try:
                stream = self._plain.connect_tcp(address, port, share, local_address, socket_options)
                return _BoundedStream(stream, self.clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                failed = refused
        raise failed


class _BoundedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock) -> None:
        self._stream = stream
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._clock.bound(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._clock.bound(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, self._clock.bound(timeout))
        return _BoundedStream(secured, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def judged_addresses(host: str, *, port: int, allowed: frozenset[str]) -> tuple[str, ...]:
    """Every address of `host`, each of them public unless the host is `allowed`.

    One private address among public ones refuses them all. Raises `AddressRefused`, `NameUnknown`.
    """
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NameUnknown(host) from None
    addresses = tuple(dict.fromkeys(str(row[4][0]) for row in rows))
    if not _listed(allowed, host, port) and not all(is_public(address) for address in addresses):
        raise AddressRefused(host)
    return addresses


def is_public(address: str) -> bool:
    """Whether `address` (IPv4 or IPv6 text) is one of the open internet, tunnelled forms looked into."""
    try:
        parsed = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if parsed.teredo or parsed in _NAT64_LOCAL:
            return False
    return parsed.is_global and not (parsed.is_multicast or parsed.is_reserved or parsed.is_unspecified)


def _listed(allowed: frozenset[str], host: str, port: int) -> bool:
    name = host.lower()
    return name in allowed or f"{name}:{port}" in allowed


def _why_not_reached(failed: Exception) -> str:
    cause: BaseException | None = failed
    while cause is not None:
        if isinstance(cause, AddressRefused):
            return "address_refused"
        if isinstance(cause, NameUnknown):
            return "name_unknown"
        if isinstance(cause, ssl.SSLError):
            return "certificate_refused"
        cause = cause.__cause__ or cause.__context__
    if isinstance(failed, httpx.TimeoutException):
        return "no_connection_in_time"
    return "no_connection"
