# SPDX-License-Identifier: Apache-2.0
"""Every page with invented view-models, in several states: for looking, and for checks that need no server."""
