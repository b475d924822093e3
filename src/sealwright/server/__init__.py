# SPDX-License-Identifier: Apache-2.0
"""The authorization server: the only part of sealwright that holds private keys and answers logins.

::

    config ──▶ setup (first start) ──▶ runner (granian) ──▶ app (wires) ──▶ oauth/ (endpoints)
                                                              │
              keyring · tokens · refresh_tokens · passwords ──┴─▶ store/ (decisions, one transaction each)

It meets the verifier only on the wire: published keys, metadata and tokens.
"""
