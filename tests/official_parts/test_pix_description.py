# SPDX-License-Identifier: Apache-2.0
"""Every request that the Pix adapter sends, against a server made from the description of Banco Central do Brasil.

`SPECS` names the folder with `pix.yaml`. Prism refuses what the description does not allow and answers with its
examples. Tokens are no part of the description, so the sign-in is answered here; all else is Prism's word.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.contracts.gateway_samples import RECORDINGS, asked

from conserje.domain.ports.gateway import ChargeState
from conserje.domain.ports.http import Answer, Identity
from conserje.gateways.pix import ADAPTER
from conserje.gateways.pix.settings import PixSettings
from conserje.testing.replay import load_recording

SPECS = Path(os.environ.get("SPECS") or Path(__file__).parents[2] / ".." / "shared" / "specs")
PRISM = "@stoplight/prism-cli@5.14.2"
READY_SECONDS = 180
PIX = [path for path in RECORDINGS if path.parts[-3] == "pix"]

pytestmark = [
    pytest.mark.official,
    pytest.mark.skipif(not (SPECS / "pix.yaml").is_file(), reason="the official description is not at hand"),
]


class ThroughPrism:
    """An `http` that signs in by itself and sends the rest to Prism; `verdicts` are what it said of each request."""

    def __init__(self, url: str, recording: Mapping[str, Any]) -> None:
        self.url = url
        self.verdicts: list[tuple[str, int, str]] = []
        self._base = recording["given"]["settings"]["base_url"]

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
        if not url.startswith(self._base):
            return Answer(200, {}, b'{"access_token": "ficha"}')
        status, text, said = forwarded(method, self.url + url.removeprefix(self._base), headers or {}, json)
        self.verdicts.append((f"{method} {url}", status, said))
        return Answer(status, {}, text)


def forwarded(method: str, url: str, headers: Mapping[str, str], body: Any) -> tuple[int, bytes, str]:
    """Status, body, and what Prism found wrong with the request."""
    data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
    sent = {**headers, **({"content-type": "application/json"} if data else {})}
    request = urllib.request.Request(url, data=data, headers=sent, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), wrong_in_request(answer.headers.get("sl-violations"))
    except urllib.error.HTTPError as error:
        return error.code, error.read(), wrong_in_request(error.headers.get("sl-violations"))


def wrong_in_request(violations: str | None) -> str:
    """What Prism says of the request; it judges the description's own examples too, and those are not ours."""
    listed = json.loads(violations or "[]")
    return "; ".join(one["message"] for one in listed if one["location"][0] == "request")


def described(folder: Path) -> Path:
    """The description in two places mended: a pattern that no CPF can match, being written between slashes, and two
    operations at one address, of which the other is the payer's bank's (a payload, application/jose).
    """
    text = (SPECS / "pix.yaml").read_text(encoding="utf-8")
    mended = text.replace('"/^\\\\d{11}$/"', '"^\\\\d{11}$"')
    mended = mended.replace('"/cobv/{pixUrlAccessToken}"', '"/payload/cobv/{pixUrlAccessToken}"')
    assert mended.count("/payload/cobv/") == 1
    assert mended.count(r"/^\\d{11}$/") == 0 < text.count(r"/^\\d{11}$/")
    (folder / "pix.yaml").write_text(mended, encoding="utf-8")
    return folder / "pix.yaml"


@pytest.fixture(scope="module")
def prism(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of Prism, installed where it is not at hand."""
    folder = tmp_path_factory.mktemp("prism")
    command = shutil.which("prism") or installed(folder)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mock = [command, "mock", "-p", str(port), str(described(folder))]
    process = subprocess.Popen(mock, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT)
    try:
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.5)
        else:
            pytest.fail("Prism does not answer.")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(15)


def installed(folder: Path) -> str:
    """Prism in `folder`, by npm."""
    if shutil.which("npm") is None:
        pytest.skip("neither prism nor npm is at hand")
    words = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), PRISM]
    subprocess.run(words, check=True, timeout=600)
    return str(folder / "node_modules" / ".bin" / "prism")


@pytest.mark.parametrize("path", PIX, ids=lambda path: path.name)
def test_every_request_is_allowed_by_the_description(prism: str, path: Path) -> None:
    recording = json.loads(path.read_text(encoding="utf-8"))
    http = ThroughPrism(prism, recording)

    asked(path, http)  # type: ignore[arg-type]

    for request, status, said in http.verdicts:
        assert status in (200, 201), f"{request}: {status} {said}"
        assert not said, f"{request}: {said}"


def test_a_request_that_is_not_allowed_is_refused(prism: str) -> None:
    """The judge is awake: an amount with a comma, a transaction id too short, a charge without its debtor."""
    body = json.loads(next(path for path in PIX if path.name == "start_new.http.json").read_text("utf-8"))
    sent = body["exchanges"][1]["request"]
    place = prism + sent["url"].removeprefix("https://pix.example.com/api")
    good = {"authorization": "Bearer ficha"}
    assert forwarded("PUT", place, good, sent["json"])[0] == 201
    for wrong in (
        {**sent["json"], "valor": {"original": "123,45"}},
        {name: value for name, value in sent["json"].items() if name != "devedor"},
        {**sent["json"], "calendario": {"dataDeVencimento": "31/12/2026"}},
    ):
        assert forwarded("PUT", place, good, wrong)[0] >= 400
    assert forwarded("PUT", f"{prism}/cobv/curto", good, sent["json"])[0] >= 400
    assert forwarded("PUT", place, {}, sent["json"])[0] == 401


def test_the_official_examples_are_read(prism: str) -> None:
    """The answers of the description itself: a charge that waits, and a devolução under way."""
    given = load_recording(next(path for path in PIX if path.name == "fetch_waiting.http.json")).given
    settings = PixSettings(**given["settings"])
    signed_in = {"authorization": "Bearer f", "accept": "application/json"}
    example = json.loads(forwarded("GET", f"{prism}/cobv/{'A' * 32}", signed_in, None)[1])

    http = ThroughPrism(prism, {"given": given})
    fact = ADAPTER.fetch(example["txid"], settings, http)

    assert (fact.state, fact.external_id) == (ChargeState.WAITING, example["txid"])
    assert fact.amount is not None
    assert f"{fact.amount.decimal()}" == example["valor"]["original"]
