# SPDX-License-Identifier: Apache-2.0
"""The HTTP surface: one file per endpoint, ``request.py`` reads bodies strictly, ``errors.py`` answers.

Endpoints are plain async functions; ``app.py`` mounts them. What they need hangs on the application's state
as one :class:`~.services.Services`.
"""
