# SPDX-License-Identifier: Apache-2.0
"""The list of tables Django looks for."""

from conserje.data.integrations.connection import (
    Connection,
    HookReceipt,
    ImportPlan,
    ImportRun,
    ImportTrouble,
)
from conserje.data.integrations.upload import Upload, UploadFile

__all__ = [
    "Connection",
    "HookReceipt",
    "ImportPlan",
    "ImportRun",
    "ImportTrouble",
    "Upload",
    "UploadFile",
]
