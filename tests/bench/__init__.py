"""Measurements: ``./dev.sh bench PART [--json]``. What each part measures and how is told in docs/measurements.md.

A part is a module with ``options(parser)`` and ``measure(options, work) -> list[Row]``; ``work`` is an empty folder.
"""
