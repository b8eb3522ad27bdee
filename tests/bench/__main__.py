# SPDX-License-Identifier: Apache-2.0
"""`make bench`: every measurement, one after the other, with its figures on the screen."""

import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    files = sorted(str(path) for path in Path(__file__).parent.glob("bench_*.py"))
    sys.exit(pytest.main(["-q", "-s", "-p", "no:cacheprovider", *files, *sys.argv[1:]]))
