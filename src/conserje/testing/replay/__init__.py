# SPDX-License-Identifier: Apache-2.0
"""Recorded exchanges played back to adapters: SMTP dialogues over a real socket, HTTP answers in memory.

The contract suites use it on every folder of channels and gateways, and authors of outside adapters may too.
"""

from conserje.testing.replay.http import RecordedHttp, Recording, load_recording
from conserje.testing.replay.smtp import Dialogue, ScriptedServer, load_dialogue

__all__ = ["Dialogue", "RecordedHttp", "Recording", "ScriptedServer", "load_dialogue", "load_recording"]
