# SPDX-License-Identifier: Apache-2.0
"""Failed charges: what a refusal asks for, which tries the networks leave, and when the next one is made."""
