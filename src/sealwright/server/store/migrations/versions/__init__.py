# SPDX-License-Identifier: Apache-2.0
"""The steps of the schema, oldest first; a published step is never changed."""
