# SPDX-License-Identifier: Apache-2.0
"""Files of a dispute: looked at before they are kept, each content once, and given back as what they really are."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from conserje.data.arrangements.models import DisputeFile
from conserje.domain.arrangements import attachment
from conserje.services.tenancy.act import step

# Of one dispute, whoever handed them in.
FILES_IN_ALL = 30


class Refused(ValueError):
    """A file cannot be kept; the arguments are the code of the sentence to show and the file's name."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file as it was handed in: whatever its name says, its first bytes tell what it is."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file to hand out."""

    file_name: str
    media_type: str
    content: bytes


def look(files: Sequence[NewFile]) -> None:
    """Raises `Refused` for the first file that may not be kept, or when there are too many."""
    if len(files) > attachment.FILES_MAX:
        raise Refused(attachment.TOO_MANY, files[attachment.FILES_MAX].name)
    for file in files:
        code = attachment.wrong(file.content)
        if code:
            raise Refused(code, file.name)


@step
def keep(
    *, creditor_id: int, dispute_id: int, files: Sequence[NewFile], author: str, now: datetime
) -> tuple[int, ...]:
    """Keep `files` with a dispute whose row is locked; the same content again is left out. Raises `Refused`."""
    look(files)
    known = set(
        DisputeFile.objects.filter(creditor_id=creditor_id, dispute_id=dispute_id).values_list(
            "sha256", flat=True
        )
    )
    fresh = {hashlib.sha256(file.content).hexdigest(): file for file in files}
    wanted = {digest: file for digest, file in fresh.items() if digest not in known}
    if len(known) + len(wanted) > FILES_IN_ALL:
        raise Refused(attachment.TOO_MANY, next(iter(wanted.values())).name)
    made = DisputeFile.objects.bulk_create(
        [
            DisputeFile(
                creditor_id=creditor_id,
                dispute_id=dispute_id,
                author=author,
                file_name=attachment.safe_name(file.name, kind=attachment.media_type(file.content)),
                media_type=attachment.media_type(file.content),
                sha256=digest,
                size=len(file.content),
                content=file.content,
                added_at=now,
            )
            for digest, file in wanted.items()
        ]
    )
    return tuple(row.id for row in made)
