# SPDX-License-Identifier: Apache-2.0
"""Words for a person's rights over their data, read alike by the customer and by whoever answers."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from conserje.ui.codes import Words

RIGHTS: Final[Words] = {
    "access": _("Know what data you hold"),
    "rectification": _("Correct something"),
    "erasure": _("Erase the data"),
    "objection": _("Object to their use"),
    "portability": _("Receive them as a file"),
    "blocking": _("Keep them without using them"),
}
RIGHT_HINTS: Final[Words] = {
    "access": _("Everything that is kept about you or your company, and every message that was sent."),
    "rectification": _("A name, an address, a telephone or an amount that is not right."),
    "erasure": _(
        "While something is open or the law asks to keep it, they are kept and not used; then they go."
    ),
    "objection": _("The messages stop when it is granted."),
    "portability": _("In a file that another program can read."),
    "blocking": _("They stay where they are while a doubt is cleared up."),
}
OUTCOMES: Final[Words] = {
    "granted": _("Granted"),
    "partly": _("Granted in part"),
    "refused": _("Not granted"),
}
REFUSALS: Final[Words] = {
    "debt_alive": _(
        "Something is still open with this customer: it cannot be erased yet. Contacts stop instead."
    ),
    "kept_by_law": _("What was written must still be kept: it cannot be erased yet. Contacts stop instead."),
    "no_part": _("A person is erased whole or not at all."),
    "no_reason": _("Write the reason: the person will read it."),
    "no_extension": _("No longer term is left for this request."),
    "extended_too_late": _("The first term has passed: the extension had to be told before it ended."),
    "answered_before": _("This request was answered before."),
}
