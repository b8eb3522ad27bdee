# SPDX-License-Identifier: Apache-2.0
"""The `http` handed to adapters: what it refuses to reach, when a request may have been acted on, what it logs."""

from __future__ import annotations

import ipaddress
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conserje.domain.ports.http import Identity, NoAnswer
from conserje.services.tenancy.http import GuardedHttp, is_public, judged_addresses

# Waits and bombs: left to the whole run.
pytestmark = pytest.mark.slow

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Peer:
    """A raw TCP server: one function is given each connection, with how many came before."""

    def __init__(self, serve: Callable[[socket.socket, int], None]) -> None:
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1/secret-path?token=canary"
        self.connections = 0
        self._serve = serve
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            number, self.connections = self.connections, self.connections + 1
            threading.Thread(target=self._one, args=(connection, number), daemon=True).start()

    def _one(self, connection: socket.socket, number: int) -> None:
        with connection:
            try:
                self._serve(connection, number)
            except OSError:
                return


@pytest.fixture
def peer() -> Iterator[Callable[[Callable[[socket.socket, int], None]], Peer]]:
    made: list[Peer] = []

    def make(serve: Callable[[socket.socket, int], None]) -> Peer:
        made.append(Peer(serve))
        return made[-1]

    yield make
    for one in made:
        one.listening.close()


@pytest.fixture
def http() -> Iterator[GuardedHttp]:
    client = GuardedHttp(
        allowed_hosts=["127.0.0.1"], connect_seconds=0.5, total_seconds=1.0, largest_answer=1000
    )
    yield client
    client.close()


def silence(http: GuardedHttp, method: str, url: str, **more: Any) -> tuple[str, bool]:
    with pytest.raises(NoAnswer) as caught:
        http.send(method, url, **more)
    return caught.value.why, caught.value.reached


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.1.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "not an address",
    ],
)
def test_addresses_that_are_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_addresses_that_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://169.254.169.254/latest/meta-data/",
    ],
)
def test_private_addresses_are_refused_in_every_spelling(url: str) -> None:
    assert silence(GuardedHttp(), "GET", url) in (("address_refused", False), ("name_unknown", False))


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://example.test/", "plaintext_refused"),
        ("ftp://example.test/", "address_unreadable"),
        ("https://user:pass@example.test/", "address_unreadable"),
        ("https:///path", "address_unreadable"),
        ("no address", "address_unreadable"),
        ("https://no-such-host.invalid/", "name_unknown"),
    ],
)
def test_addresses_that_are_not_used(url: str, why: str) -> None:
    assert silence(GuardedHttp(), "POST", url, json={}) == (why, False)


def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch, http: GuardedHttp
) -> None:
    rows = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: rows)
    assert silence(http, "GET", "https://rebinding.example.test/") == ("address_refused", False)


def test_the_judged_address_is_the_one_connected_to(
    monkeypatch: pytest.MonkeyPatch, peer: Callable[..., Peer]
) -> None:
    """A name that answers differently the second time (DNS rebinding) gains nothing: it is asked once."""
    there = peer(lambda connection, _: (connection.recv(4096), connection.sendall(OK)))
    real, asked = socket.getaddrinfo, []

    def resolve(host: str, port: int, *rest: Any, **more: Any) -> Any:
        if host == "pinned.example.test":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "192.0.2.1"
        return real(host, port, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    client = GuardedHttp(allowed_hosts=[f"pinned.example.test:{there.port}"])
    assert client.send("GET", f"http://pinned.example.test:{there.port}/").body == b"ok"
    assert asked == ["pinned.example.test"]


def test_an_entry_with_a_port_allows_that_port_only() -> None:
    allowed = frozenset({"127.0.0.1:8025"})
    assert judged_addresses("127.0.0.1", port=8025, allowed=allowed) == ("127.0.0.1",)
    client = GuardedHttp(allowed_hosts=["127.0.0.1:8025"])
    assert silence(client, "GET", "https://127.0.0.1:5432/") == ("address_refused", False)


def test_a_redirect_is_an_answer(http: GuardedHttp, peer: Callable[..., Peer]) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n"
    there = peer(lambda connection, _: (connection.recv(4096), connection.sendall(moved)))
    answer = http.send("GET", there.url)
    assert (answer.status, answer.headers["location"]) == (302, "http://169.254.169.254/")


def test_nobody_listens(http: GuardedHttp) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    assert silence(http, "POST", f"http://127.0.0.1:{port}/", json={}) == ("no_connection", False)


def test_silence_after_the_request_may_have_been_acted_on(
    http: GuardedHttp, peer: Callable[..., Peer]
) -> None:
    there = peer(lambda connection, _: (connection.recv(4096), time.sleep(3)))
    started = time.monotonic()
    assert silence(http, "POST", there.url, json={"a": 1}) == ("timed_out", True)
    assert time.monotonic() - started < 1.5
    assert there.connections == 1, "a time-out is not tried again"


def test_a_drip_ends_with_the_total(http: GuardedHttp, peer: Callable[..., Peer]) -> None:
    def drip(connection: socket.socket, _: int) -> None:
        connection.recv(4096)
        for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n" + b"x" * 90:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    there = peer(drip)
    started = time.monotonic()
    assert silence(http, "POST", there.url, json={}) == ("timed_out", True)
    assert time.monotonic() - started < 1.5


def test_a_broken_post_is_not_repeated_but_a_get_is(http: GuardedHttp, peer: Callable[..., Peer]) -> None:
    def first_breaks(connection: socket.socket, number: int) -> None:
        connection.recv(4096)
        if number:
            connection.sendall(OK)

    posted = peer(first_breaks)
    assert silence(http, "POST", posted.url, json={}) == ("broken", True)
    assert posted.connections == 1
    asked = peer(first_breaks)
    assert http.send("GET", asked.url).body == b"ok"
    assert asked.connections == 2


def test_half_an_answer_and_nonsense_are_no_answer(http: GuardedHttp, peer: Callable[..., Peer]) -> None:
    for said in (b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf", b"220 mail.example.test ESMTP\r\n"):
        there = peer(lambda connection, _, said=said: (connection.recv(4096), connection.sendall(said)))
        assert silence(http, "POST", there.url, json={}) == ("broken", True)


def test_sizes_are_limited(http: GuardedHttp, peer: Callable[..., Peer]) -> None:
    large = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b"x" * 5000
    there = peer(lambda connection, _: (connection.recv(4096), connection.sendall(large)))
    assert silence(http, "GET", there.url) == ("answer_too_large", True)
    assert silence(http, "POST", there.url, body=b"x" * 3_000_000) == ("request_too_large", False)
    assert silence(http, "POST", there.url, body=b"x" * 3_000_000) == ("request_too_large", False)


def test_tls_is_verified(peer: Callable[..., Peer], tmp_path: Any) -> None:
    from conserje.testing.world.certificate import server_context

    context, trusted = server_context(tmp_path)

    def serve(connection: socket.socket, _: int) -> None:
        try:
            with context.wrap_socket(connection, server_side=True) as secured:
                # Bytes left unread at the end would reset the connection before the answer is read.
                asked = b""
                while not asked.endswith(b"{}"):
                    asked += secured.recv(4096)
                secured.sendall(OK)
        except ssl.SSLError:
            return

    there = peer(serve)
    url = f"https://localhost:{there.port}/"
    strict = GuardedHttp(allowed_hosts=["localhost"])
    assert silence(strict, "POST", url, json={}) == ("certificate_refused", False)
    knowing = GuardedHttp(allowed_hosts=["localhost"], verify=ssl.create_default_context(cafile=trusted))
    assert knowing.send("POST", url, json={}).body == b"ok"


def test_one_connection_serves_many_requests(http: GuardedHttp, peer: Callable[..., Peer]) -> None:
    def serve(connection: socket.socket, _: int) -> None:
        while connection.recv(4096):
            connection.sendall(OK)

    there = peer(serve)
    for _ in range(20):
        assert http.send("GET", there.url).status == 200
    assert there.connections == 1


def test_the_log_names_host_and_outcome_only(
    http: GuardedHttp, peer: Callable[..., Peer], caplog: pytest.LogCaptureFixture
) -> None:
    there = peer(lambda connection, _: (connection.recv(4096), connection.sendall(OK)))
    caplog.set_level(logging.INFO)
    http.send("POST", there.url, headers={"authorization": "Bearer canary"}, json={"name": "canary"})
    assert "POST 127.0.0.1: 200" in caplog.text
    assert "canary" not in caplog.text
    assert "secret-path" not in caplog.text


def test_floats_that_are_no_numbers_are_not_sent(http: GuardedHttp) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        http.send("POST", "http://127.0.0.1:9/", json={"amount": float("nan")})


def credentials(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext, Identity]:
    """A server that asks for a certificate, what its callers trust, and the identity that it knows."""
    made = {}
    for name in ("server", "caller"):
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        built = x509.CertificateBuilder().subject_name(subject).issuer_name(subject)
        built = built.public_key(key.public_key()).serial_number(x509.random_serial_number())
        built = built.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        built = built.not_valid_after(datetime(2090, 1, 1, tzinfo=UTC))
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        built = built.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        (folder / f"{name}.pem").write_text(pem + secret)
        made[name] = (pem, secret)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "server.pem")
    serving.load_verify_locations(cadata=made["caller"][0])
    serving.verify_mode = ssl.CERT_REQUIRED
    trusting = ssl.create_default_context(cadata=made["server"][0])
    return serving, trusting, Identity(*made["caller"])


def test_an_identity_is_shown_to_whom_asks_and_by_nobody_else(
    peer: Callable[[Callable[[socket.socket, int], None]], Peer], tmp_path: Path
) -> None:
    serving, trusting, known = credentials(tmp_path)
    (tmp_path / "other").mkdir()
    _, _, stranger = credentials(tmp_path / "other")

    def serve(connection: socket.socket, number: int) -> None:
        with serving.wrap_socket(connection, server_side=True) as secured:
            secured.recv(4096)
            secured.sendall(OK)

    server = peer(serve)
    url = server.url.replace("http:", "https:")
    http = GuardedHttp(allowed_hosts=["127.0.0.1"], total_seconds=5.0, verify=trusting)

    assert http.send("GET", url, identity=known).status == 200
    for nobody in (None, stranger):
        with pytest.raises(NoAnswer):
            http.send("GET", url, identity=nobody)
    assert http.send("GET", url, identity=known).status == 200
    http.close()


@pytest.mark.parametrize(
    "key", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"]
)
def test_an_identity_that_cannot_be_read_reaches_nobody(http: GuardedHttp, key: str) -> None:
    broken = Identity("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key)
    assert silence(http, "GET", "https://127.0.0.1:9/", identity=broken) == ("identity_unreadable", False)


def test_a_key_under_a_password_is_asked_for_nowhere(http: GuardedHttp, tmp_path: Path) -> None:
    _, _, known = credentials(tmp_path)
    key = serialization.load_pem_private_key(known.private_key.encode(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"clave"),
    ).decode()
    broken = Identity(known.certificate, locked)
    assert silence(http, "GET", "https://127.0.0.1:9/", identity=broken) == ("identity_unreadable", False)
