# SPDX-License-Identifier: Apache-2.0
"""Coverage-guided fuzzing of the parsers; see README.md beside this file."""
