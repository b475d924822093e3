# SPDX-License-Identifier: Apache-2.0
"""Keys in and out: one file for each family of formats, and `reader`, which tells them apart.

`keys.Key.parse` calls `reader.read`; nobody else needs to know which format a person has in hand. What only
reading or writing key files needs is imported when that happens first, which keeps the library's start short.
"""
