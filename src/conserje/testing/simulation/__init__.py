# SPDX-License-Identifier: Apache-2.0
"""One seed, one world: invented people, carriers and gateways with faults, and an auditor with its own books.

Nothing here knows the product's judgement. The auditor shares no line with it; only the simulated carrier and gateway
know the ports that they implement.
"""
