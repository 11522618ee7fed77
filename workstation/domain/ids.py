"""Identifiers: UUID version 7 (RFC 9562, section 5.7) as lower-case text, typed so that they can't be mixed up."""

import os
import time
import uuid
from typing import NewType

DossierId = NewType("DossierId", str)
DocumentId = NewType("DocumentId", str)
PageId = NewType("PageId", str)
OutboxId = NewType("OutboxId", str)
AuthorityId = NewType("AuthorityId", str)
EntryId = NewType("EntryId", str)
UserName = NewType("UserName", str)
Sha256 = NewType("Sha256", str)
"""64 lower-case hexadecimal digits."""


def new_id(unix_ms: int | None = None, random_bits: int | None = None) -> str:
    """A fresh UUIDv7: 48 bits of Unix time in milliseconds, then 74 random bits."""
    ms = time.time_ns() // 1_000_000 if unix_ms is None else unix_ms
    rand = int.from_bytes(os.urandom(10)) if random_bits is None else random_bits
    rand_a, rand_b = (rand >> 62) & 0xFFF, rand & ((1 << 62) - 1)
    return str(uuid.UUID(int=((ms & ((1 << 48) - 1)) << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | rand_b))
