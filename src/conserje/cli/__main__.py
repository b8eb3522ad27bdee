# SPDX-License-Identifier: Apache-2.0
"""`python -m conserje.cli`."""

from conserje.cli.main import main

if __name__ == "__main__":
    main()
