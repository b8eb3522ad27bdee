# SPDX-License-Identifier: Apache-2.0
"""The mailbox as a person sees it: list, message, files, and the mail client's own unsubscribe button."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from conserje.testing.world.mailbox import Mailbox, Received, parsed
from conserje.testing.world.web import Reply, Request, page, see_other, text
from conserje.testing.world.webhooks import NoRedirect

_MONTHS = ["ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"]
_VIEWS = (("html", "Mensaje"), ("texto", "Solo texto"), ("cabeceras", "Cabeceras"))
_HTML_POLICY = (
    "default-src 'none'; img-src data: http: https:; style-src 'unsafe-inline'; font-src data:; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_PATIENCE_SECONDS = 15.0


def inbox(mailbox: Mailbox, request: Request) -> Reply:
    """The list, newest first."""
    words = request.query.get("q", "")
    rows = _list(mailbox, words, None)
    body = rows or '<p class="empty">Aquí no hay correos.</p>'
    return page(
        "Buzón de prueba", f"{_top(words)}<main class='panes'><nav aria-label='Mensajes'>{body}</nav></main>"
    )


def message(mailbox: Mailbox, number: int, request: Request) -> Reply:
    """One message beside the list."""
    received = mailbox.get(number)
    if received is None:
        return page("No está", f'{_top("")}<p class="empty">Ese mensaje ya no está.</p>', status=404)
    mail = parsed(mailbox.raw(number))
    view = request.query.get("ver", "html" if mail.get_body(("html",)) else "texto")
    tabs = "".join(
        f'<a href="/messages/{number}?ver={name}"{_current(name == view)}>{label}</a>'
        for name, label in _VIEWS
    )
    body = (
        f"{_top('')}<main class='panes two open'>"
        f"<nav aria-label='Mensajes'>{_list(mailbox, '', number)}</nav>"
        f"<article class='message'><h1>{text(received.subject or '(sin asunto)')}</h1>{_meta(received)}"
        f"{_said(request)}<div class='acts'>{_unsubscribe_button(number, mail)}"
        f"<a class='small' href='/messages/{number}/raw'>Descargar original (.eml)</a></div>"
        f"{_files(number, mail)}"
        f"<div class='tabs' role='navigation' aria-label='Vistas'>{tabs}</div>{_view(number, mail, view)}"
        "</article></main>"
    )
    return page(received.subject or "Mensaje", body)


def message_html(mailbox: Mailbox, number: int) -> Reply:
    """The HTML part alone, for the sandboxed frame: no scripts, links open in a new tab."""
    mail = parsed(mailbox.raw(number))
    part = mail.get_body(("html",))
    content = part.get_content() if part else "<p>Este mensaje no tiene parte HTML.</p>"
    for index, piece in enumerate(mail.walk()):
        cid = str(piece.get("Content-ID", "")).strip("<> ")
        if cid:
            content = content.replace(f"cid:{cid}", f"/messages/{number}/parts/{index}")
    target = '<base target="_blank">'
    with_target = re.sub(r"(?i)<head[^>]*>", lambda head: head.group(0) + target, content, count=1)
    whole = with_target if with_target != content else target + content
    return Reply(200, whole.encode(), headers={"content-security-policy": _HTML_POLICY})


def part(mailbox: Mailbox, number: int, index: int) -> Reply:
    """One part as a download."""
    pieces = list(parsed(mailbox.raw(number)).walk())
    if index >= len(pieces) or pieces[index].is_multipart():
        raise KeyError(index)
    piece = pieces[index]
    name = re.sub(r'[\\"\r\n]', "_", piece.get_filename() or f"parte-{index}")
    payload = piece.get_payload(decode=True)
    disposition = "inline" if piece.get_content_maintype() == "image" else "attachment"
    headers = {
        "content-disposition": f'{disposition}; filename="{name.encode("ascii", "replace").decode()}"',
        "x-content-type-options": "nosniff",
        "content-security-policy": "sandbox",
    }
    return Reply(200, payload if isinstance(payload, bytes) else b"", piece.get_content_type(), headers)


def unsubscribe(mailbox: Mailbox, number: int) -> Reply:
    """Do what a mail client does on its own button: the one-click POST of RFC 8058, redirects refused."""
    url = one_click_url(parsed(mailbox.raw(number)))
    if not url:
        return see_other(f"/messages/{number}?baja=sin")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect())
    request = urllib.request.Request(  # noqa: S310
        url,
        data=b"List-Unsubscribe=One-Click",
        headers={"content-type": "application/x-www-form-urlencoded"},
        method="POST",
    )
    try:
        with opener.open(request, timeout=_PATIENCE_SECONDS) as answer:
            status = answer.status
    except urllib.error.HTTPError as refused:
        status = refused.code
        refused.close()
    except OSError:
        status = 0
    return see_other(f"/messages/{number}?baja={status}")


def one_click_url(mail: EmailMessage) -> str:
    """The address for one-click unsubscription, "" when the message offers none."""
    if "one-click" not in str(mail.get("List-Unsubscribe-Post", "")).lower():
        return ""
    found = re.search(
        r"<(https?://[^>\s]+)>", re.sub(r"\s+(?=[^<]*>)", "", str(mail.get("List-Unsubscribe", "")))
    )
    return found.group(1) if found else ""


def details(received: Received, raw: bytes) -> dict[str, Any]:
    """A message as JSON values for tests: headers, both bodies, links and files."""
    mail = parsed(raw)
    bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
    shown = {kind: body.get_content() if body else "" for kind, body in bodies.items()}
    return {
        "number": received.number,
        "headers": [[name, str(value)] for name, value in mail.items()],
        "text": shown["plain"],
        "html": shown["html"],
        "links": list(
            dict.fromkeys(re.findall(r'https?://[^\s"<>\])]+', shown["html"] + " " + shown["plain"]))
        ),
        "one_click": one_click_url(mail),
        "files": [
            {"name": piece.get_filename() or "", "kind": piece.get_content_type(), "part": index}
            for index, piece in enumerate(mail.walk())
            if piece.is_attachment()
        ],
    }


def _top(words: str) -> str:
    return (
        '<header class="top"><a href="/"><strong>Buzón de prueba</strong></a>'
        '<form class="search" role="search" action="/"><input type="search" name="q" '
        f'aria-label="Buscar" placeholder="Destinatario o asunto" value="{text(words)}">'
        "<button>Buscar</button></form></header>"
    )


def _list(mailbox: Mailbox, words: str, current: int | None) -> str:
    rows = []
    for one in reversed(mailbox.all()):
        where = " ".join((one.subject, *one.recipients, one.sender_shown)).lower()
        if words.lower() not in where:
            continue
        rows.append(
            f'<li><a href="/messages/{one.number}"{_current(one.number == current)}>'
            f'<span class="row"><strong class="cut">{text(_name(one.sender_shown))}</strong>'
            f'<span class="soft small cut">{_when(one.dated or one.at)}</span></span>'
            f'<span class="cut">{text(one.subject or "(sin asunto)")}</span>'
            f'<span class="soft small cut">para {text(", ".join(one.recipients))}</span></a></li>'
        )
    if not rows:
        return ""
    return f'<ol class="list" reversed>{"".join(rows)}</ol>'


def _meta(received: Received) -> str:
    lock = "cifrado (TLS)" if received.encrypted else "sin cifrar"
    rows = (
        ("De", received.sender_shown),
        ("Para", ", ".join(received.recipients)),
        ("Fecha", _when(received.dated) if received.dated else "sin fecha"),
        ("Recibido", f"{_when(received.at)} UTC · {lock} · sobre de {received.sender or '<>'}"),
    )
    return (
        '<dl class="meta">'
        + "".join(f"<dt>{name}</dt><dd>{text(value)}</dd>" for name, value in rows)
        + "</dl>"
    )


def _said(request: Request) -> str:
    answer = request.query.get("baja")
    if answer is None:
        return ""
    if answer.isdigit() and 200 <= int(answer) < 300:
        words = "El remitente confirmó la baja."
    elif answer.isdigit() and int(answer):
        words = f"El remitente respondió {answer} a la baja."
    else:
        words = "No hubo respuesta a la baja."
    return f'<p class="said" role="status">{words}</p>'


def _unsubscribe_button(number: int, mail: EmailMessage) -> str:
    if not one_click_url(mail):
        return ""
    return (
        f'<form method="post" action="/messages/{number}/unsubscribe">'
        "<button>Cancelar suscripción</button></form>"
    )


def _files(number: int, mail: EmailMessage) -> str:
    links = []
    for index, piece in enumerate(mail.walk()):
        if piece.is_attachment():
            payload = piece.get_payload(decode=True)
            size = len(payload) if isinstance(payload, bytes) else 0
            links.append(
                f'<a href="/messages/{number}/parts/{index}">{text(piece.get_filename() or "sin nombre")} '
                f'<span class="soft">{max(1, size // 1024)} kB</span></a>'
            )
    return f'<div class="files" aria-label="Adjuntos">{"".join(links)}</div>' if links else ""


def _view(number: int, mail: EmailMessage, view: str) -> str:
    if view == "cabeceras":
        return f"<pre>{text(chr(10).join(f'{name}: {value}' for name, value in mail.items()))}</pre>"
    if view == "texto":
        plain = mail.get_body(("plain",))
        return f"<pre>{text(plain.get_content() if plain else 'Este mensaje no tiene parte de texto.')}</pre>"
    return (
        f'<iframe title="Mensaje" src="/messages/{number}/html" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>'
    )


def _name(shown: str) -> str:
    return shown.split("<")[0].replace('"', "").strip() or shown


def _when(at: str) -> str:
    moment = datetime.fromisoformat(at)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M}"


def _current(is_it: bool) -> str:
    return ' aria-current="page"' if is_it else ""
