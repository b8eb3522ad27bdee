# SPDX-License-Identifier: Apache-2.0
"""What a carrier, a gateway, a connector and a country must answer, and the four registries that hold them."""
