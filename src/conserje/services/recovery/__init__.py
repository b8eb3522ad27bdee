# SPDX-License-Identifier: Apache-2.0
"""Failed charges: recorded, tried again in silence, paused, cancelled at once."""
