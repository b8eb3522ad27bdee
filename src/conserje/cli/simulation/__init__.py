# SPDX-License-Identifier: Apache-2.0
"""The driver of `conserje simulate`: people's deeds as calls of services, turns of work, crashes, evidence."""
