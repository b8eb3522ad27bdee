# SPDX-License-Identifier: Apache-2.0
"""What `conserje bench` measures: an invented book, the work on it, and the machine's own limit for the same work."""
