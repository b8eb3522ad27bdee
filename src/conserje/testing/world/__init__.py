# SPDX-License-Identifier: Apache-2.0
"""The outside world as a process of its own: a mail server with a mailbox page and a hosted checkout.

It speaks real protocols, records what it took responsibility for, and on request lies, delays and loses
answers.
"""

from conserje.testing.world.handle import World, WorldFailed, start
from conserje.testing.world.mailbox import Received

__all__ = ["Received", "World", "WorldFailed", "start"]
