# SPDX-License-Identifier: Apache-2.0
"""Screen translations without GNU gettext: `python -m conserje.ui.catalogue [--check]`.

Reads every template and Python file of the package (calls of gettext, and the marker `_N` of the wings, which know
no gettext), updates `locale/*/LC_MESSAGES/django.po` (kept translations stay, new messages come in empty, vanished
ones go) and compiles the `.mo` beside it. English is the language of the source. With `--check` nothing is written:
it names what is untranslated, out of date or not compiled, and exits 1.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

HOUSE: Final = Path(__file__).resolve().parent.parent
LANGUAGES: Final = ("es", "pt_BR")
_KEYWORDS: Final = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "N_": None,
    "_N": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
# A catalogue says the same on every machine and every day: no clock in it.
_BORN: Final = datetime(2026, 1, 1, tzinfo=UTC)
_PLACEHOLDER: Final = re.compile(r"%\(\w+\)[a-z]|\{\w+\}")
_Text = str | list[str] | tuple[str, ...]


def extracted(house: Path = HOUSE) -> Catalog:
    """All messages of the package at `house`, each with the files it comes from."""
    catalog = Catalog(creation_date=_BORN)
    for path in sorted(house.rglob("*.html")):
        source = templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode()
        _collect(catalog, "javascript", source, where=path.relative_to(house))
    for path in sorted(house.rglob("*.py")):
        source = path.read_bytes()
        _collect(catalog, "python", source, where=path.relative_to(house))
    return catalog


def updated(catalog: Catalog, language: str, house: Path = HOUSE) -> Catalog:
    """The messages of `catalog` with the translations `language` already has."""
    fresh = Catalog(
        locale=language,
        header_comment="# SPDX-License-Identifier: Apache-2.0",
        project="conserje",
        version="screens",
        creation_date=_BORN,
        revision_date=_BORN,
        last_translator="",
        language_team="",
        msgid_bugs_address="",
        fuzzy=False,
    )
    path = _po(language, house)
    known = (
        read_po(io.BytesIO(path.read_bytes()), locale=language) if path.exists() else Catalog(locale=language)
    )
    for message in sorted(_messages(catalog), key=lambda one: (_first(one.id), one.context or "")):
        old = known.get(message.id, message.context)
        kept = old.string if old is not None and _shape(old.id) == _shape(message.id) else None
        fresh.add(message.id, kept, locations=message.locations, context=message.context)
    return fresh


def faults(language: str, said: Catalog, house: Path = HOUSE) -> list[str]:
    """What is wrong with the catalogue of `language` beside `said`, what the sources say; a sentence each.

    Empty when it is complete and compiled.
    """
    path = _po(language, house)
    wanted = updated(said, language, house)
    found = []
    for message in _messages(wanted):
        if not all(_parts(message.string)):
            found.append(f"{language}: no translation of {_first(message.id)!r}.")
        elif any(set(_PLACEHOLDER.findall(_parts(message.id)[-1])) != names for names in _names(message)):
            found.append(f"{language}: {_first(message.id)!r} and its translation name different values.")
    if not path.exists() or path.read_bytes() != _po_bytes(wanted):
        found.append(
            f"{language}: {path.name} is not what the sources say. Run python -m conserje.ui.catalogue."
        )
    elif _compiled(path.with_suffix(".mo")) != _compiled_of(wanted):
        found.append(f"{language}: {path.name} is not compiled. Run python -m conserje.ui.catalogue.")
    return found


def write(language: str, said: Catalog, house: Path = HOUSE) -> None:
    """Updates and compiles the catalogue of `language` by `said`, what the sources say."""
    path = _po(language, house)
    path.parent.mkdir(parents=True, exist_ok=True)
    catalog = updated(said, language, house)
    path.write_bytes(_po_bytes(catalog))
    path.with_suffix(".mo").write_bytes(_mo_bytes(catalog))


def main(arguments: list[str]) -> int:
    """Writes (or with `--check` only judges) every language;

    1 when something is untranslated or out of date.
    """
    said = extracted()
    if "--check" not in arguments:
        for language in LANGUAGES:
            write(language, said)
    found = [fault for language in LANGUAGES for fault in faults(language, said)]
    sys.stdout.write(
        "".join(f"{fault}\n" for fault in found) or "Every screen message is translated and compiled.\n"
    )
    return 1 if found else 0


def _collect(catalog: Catalog, method: str, source: bytes, *, where: Path) -> None:
    found = extract(method, io.BytesIO(source), keywords=_KEYWORDS, options={"encoding": "utf-8"})
    for _, message, _, context in found:
        catalog.add(message, locations=[(where.as_posix(), 0)], context=context)


def _po(language: str, house: Path) -> Path:
    return house / "locale" / language / "LC_MESSAGES" / "django.po"


def _messages(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)


def _parts(text: _Text | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str) or text is None else tuple(text)


def _first(text: _Text) -> str:
    return _parts(text)[0]


def _shape(text: _Text) -> bool:
    return isinstance(text, str)


def _names(message: Message) -> list[set[str]]:
    return [set(_PLACEHOLDER.findall(part)) for part in _parts(message.string)[-1:]]


def _po_bytes(catalog: Catalog) -> bytes:
    target = io.BytesIO()
    write_po(target, catalog, width=110, include_lineno=False)
    # The tool's version is no news, and would make every upgrade a change.
    return b"".join(
        line for line in target.getvalue().splitlines(True) if not line.startswith(b'"Generated-By')
    )


def _compiled(path: Path) -> dict[tuple[str, str], tuple[str, ...]] | None:
    return _compiled_of(read_mo(io.BytesIO(path.read_bytes()))) if path.exists() else None


def _compiled_of(catalog: Catalog) -> dict[tuple[str, str], tuple[str, ...]]:
    return {
        (_context(one), _first(one.id)): _parts(one.string)
        for one in _messages(catalog)
        if all(_parts(one.string))
    }


def _context(message: Message) -> str:
    # A compiled file gives its contexts back as bytes.
    context: str | bytes | None = message.context
    return context.decode() if isinstance(context, bytes) else context or ""


def _mo_bytes(catalog: Catalog) -> bytes:
    # Left in, an untranslated plural would be compiled as its English text and look translated.
    complete = Catalog(locale=catalog.locale, creation_date=_BORN, revision_date=_BORN, fuzzy=False)
    for message in _messages(catalog):
        if all(_parts(message.string)):
            complete.add(message.id, message.string, context=message.context)
    target = io.BytesIO()
    write_mo(target, complete)
    return target.getvalue()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
