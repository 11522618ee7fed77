"""Signing and verifying: keys, stamps, PAdES signatures, verdicts. Entry points: ``worker``, ``verify`` and ``training``."""

import logging

# These libraries write certificate subjects and file contents into their messages; names of people belong in no log.
# What matters comes back as an error code or a verdict.
for _vendor in ("pyhanko", "pyhanko_certvalidator", "fontTools"):
    logging.getLogger(_vendor).setLevel(logging.CRITICAL + 1)
