"""Lifting signed files: what could not be had while signing is appended later, and archive time-stamps are renewed.

Incremental only. A signature of level B gets its time from a document time-stamp, since its CMS object can't be touched any
more; the order is then the one of ETSI EN 319 142-1, 6: time first (T), validation data after it (LT), time over all (LTA).
"""

import hashlib
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

from asn1crypto import cms
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing import files
from signing.algorithm_rules import limits
from signing.algorithms import key_of
from signing.levels import COSTS_THE_LEVEL, Standing, append_evidence, append_timestamp, holds, measure
from signing.services import Evidence, Services, services_for
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import LEVELS, FileStanding, LastStamp, LiftResult, Renewal
from workstation.domain.signing import LiftJob, SigningServices


class _NothingToAppendError(Exception):
    """Ends the block that would give the output its name."""


@dataclass(slots=True)
class _Ascent:
    """A copy of the file that grows by revisions."""

    target: IO[bytes]
    services: Services
    asked: str
    only: str = ""
    """Field of the signature that is meant; empty: all of them."""
    changed: bool = False
    notes: list[ErrorNote] = field(default_factory=list)

    def learn(self) -> None:
        for one in PdfFileReader(self.target).embedded_signatures:
            self.services.learn(one.other_embedded_certs)

    def lost(self, error: WorkstationError) -> None:
        if error.code not in COSTS_THE_LEVEL:
            raise error
        self.notes.append(error.note)

    def lacking(self, level: str) -> list[Standing]:
        """The signatures that stand lower than ``level``, where that is asked."""
        if LEVELS.index(self.asked) < LEVELS.index(level):
            return []
        return [one for one in self.standings() if LEVELS.index(one.level) < LEVELS.index(level)]

    def standings(self) -> tuple[Standing, ...]:
        found = measure(PdfFileReader(self.target))
        return tuple(one for one in found if self.only in ("", one.signature.field_name))


def lift(job: LiftJob) -> LiftResult:
    """Writes ``job.out``: the bytes of ``job.path`` and what its signatures lack up to ``job.level``.

    A second call changes nothing, and then writes nothing. What can't be reached outside is left for the next call, and the
    notes say why. Raises U01, F07, C11 (not a signed PDF, or a signature is broken), M01, M06, V04 (a signer's certificate is
    revoked: a person has to look).
    """
    if job.level not in LEVELS or job.out.resolve() == job.path.resolve():
        raise WorkstationError("U01", level=job.level, out=job.out.name)
    margin = timedelta(days=job.renew_days or 0)
    with files.source(job.path) as source:
        with files.unsuitable(job.path.name):
            level, renewal = _inspect(source, job, margin)
        if LEVELS.index(level) >= LEVELS.index(job.level) and renewal is None:
            return LiftResult(*files.hash_of(source), level, job.level, False)
        try:
            with files.target(job.out) as target:
                ascent = _Ascent(target, services_for(job.services), job.level)
                with files.unsuitable(job.path.name):
                    _append(source, ascent, renewal, job)
                if not ascent.changed:
                    raise _NothingToAppendError
                files.assert_prefix(source, target)
                level = _lowest(_sound(target))
                return LiftResult(*files.hash_of(target), level, job.level, True, tuple(ascent.notes))
        except _NothingToAppendError:
            return LiftResult(*files.hash_of(source), level, job.level, False, tuple(ascent.notes))


def raise_new(target: IO[bytes], field: str, level: str, described: SigningServices) -> tuple[str, tuple[ErrorNote, ...]]:
    """Appends to the file what its signature in ``field``, made just now at level B, lacks up to ``level``; others are left as
    they stand. The level reached, and why not more. Raises C11 (the file's own DSS is broken), M06, V04."""
    ascent = _Ascent(target, services_for(described), level, field)
    ascent.learn()
    _climb(ascent)
    return _lowest(ascent.standings()), tuple(ascent.notes)


def _append(source: IO[bytes], ascent: _Ascent, renewal: Renewal | None, job: LiftJob) -> None:
    source.seek(0)
    shutil.copyfileobj(source, ascent.target, files.CHUNK)
    ascent.learn()
    _climb(ascent)
    if renewal is not None:
        _renew(ascent, renewal, timedelta(days=job.renew_days or 0))


def standing(path: Path) -> FileStanding:
    """How high a signed file stands, from what it holds: nothing is asked, no trust is judged, no bytes are hashed. F07, C11."""
    with files.source(path) as source, files.unsuitable(path.name):
        reader = PdfFileReader(source)
        found = measure(reader)
        if not found:
            raise WorkstationError("C11", file=path.name, kind="unsigned")
        stamps = list(reader.embedded_timestamp_signatures)
        return FileStanding(_lowest(found), _last_stamp(stamps[-1].signed_data) if stamps else None)


def _inspect(source: IO[bytes], job: LiftJob, margin: timedelta) -> tuple[str, Renewal | None]:
    reader = PdfFileReader(source)
    if reader.encrypted:
        raise WorkstationError("C11", file=job.path.name, kind="encrypted")
    standings = _sound(source)
    if not standings:
        raise WorkstationError("C11", file=job.path.name, kind="unsigned")
    level = _lowest(standings)
    if job.renew_days is None or level != "LTA":
        return level, None
    last = list(reader.embedded_timestamp_signatures)[-1].signed_data
    return level, _due(last, margin)


def _sound(file: IO[bytes]) -> tuple[Standing, ...]:
    """The standing of each signature, after the bytes under every signature and time-stamp were hashed. C11 if one is broken:
    a later time-stamp would make it look cared for."""
    file.seek(0)
    reader = PdfFileReader(file)
    for one in reader.embedded_signatures:
        if not _intact(one):
            raise WorkstationError("C11", kind="broken")
    return measure(reader)


def _intact(one: EmbeddedPdfSignature) -> bool:
    digest = one.compute_digest()
    kind = "data"
    if one.sig_object_type == "/DocTimeStamp":
        kind, content = "tst_info", one.signed_data["encap_content_info"]["content"]
        if content.parsed["message_imprint"]["hashed_message"].native != digest:
            return False
        digest = hashlib.new(one.signer_info["digest_algorithm"]["algorithm"].native, bytes(content)).digest()
    intact, valid = validate_sig_integrity(one.signer_info, one.signer_cert, kind, digest)
    return bool(intact and valid)


def _lowest(standings: tuple[Standing, ...]) -> str:
    return min((one.level for one in standings), key=LEVELS.index)


def _climb(ascent: _Ascent) -> None:
    """Up to where the outside ends."""
    try:
        if ascent.lacking("T"):
            append_timestamp(ascent.target, ascent.services)
            ascent.changed = True
        for one in ascent.lacking("LT"):
            found = extract_certificate_info(one.signature.signed_data)
            evidence = ascent.services.evidence(found.signer_cert, found.other_certs)
            if one.proof is not None:
                evidence += ascent.services.token_evidence(one.proof)
            ascent.changed |= append_evidence(ascent.target, evidence)
        if ascent.lacking("LTA"):
            _seal(ascent)
    except WorkstationError as error:
        ascent.lost(error)


def _seal(ascent: _Ascent, evidence: Evidence | None = None) -> None:
    """A document time-stamp; before it the store gets ``evidence``, and what is said of the time-stamp's own authority if it
    says nothing of that yet. All or nothing."""
    services = ascent.services
    authority = services.sample()["content"]
    found = evidence or Evidence()
    if not holds(PdfFileReader(ascent.target), [extract_certificate_info(authority)]):
        found += services.token_evidence(authority)
    end = ascent.target.seek(0, 2)
    try:
        if found != Evidence():
            append_evidence(ascent.target, found)
        append_timestamp(ascent.target, services)
    except BaseException:
        ascent.target.truncate(end)
        raise
    ascent.changed = True


def _renew(ascent: _Ascent, renewal: Renewal, margin: timedelta) -> None:
    """Validation data of the last time-stamp, then a new one over it (EN 319 142-1, 5.5) – if the new one lasts longer, and if
    the old certificate has not lapsed: a proof from then on proves nothing, and would only look as if it did."""
    services = ascent.services
    try:
        if renewal.reason == "certificate" and renewal.lapses <= datetime.now(UTC):
            raise WorkstationError("V08", date=renewal.lapses.date().isoformat())
        new = _due(services.sample()["content"], margin)
        if new is not None and new.lapses <= renewal.lapses:
            raise WorkstationError("C09", kind="expires")
        last = list(PdfFileReader(ascent.target).embedded_timestamp_signatures)[-1]
        _seal(ascent, services.token_evidence(last.signed_data))
    except WorkstationError as error:
        ascent.lost(error)


def _due(token: cms.SignedData, margin: timedelta) -> Renewal | None:
    first = _last_stamp(token).renewal(limits())
    return first if first.lapses <= datetime.now(UTC) + margin else None


def _last_stamp(token: cms.SignedData) -> LastStamp:
    """Its authority's certificate, and what its own bytes and the bytes beneath are bound by."""
    certificate = extract_certificate_info(token).signer_cert
    imprint = token["encap_content_info"]["content"].parsed["message_imprint"]["hash_algorithm"]["algorithm"].native
    digest = token["signer_infos"][0]["digest_algorithm"]["algorithm"].native
    until: datetime = certificate.not_valid_after
    return LastStamp(until.astimezone(UTC), ((str(imprint), 0), (str(digest), 0), key_of(certificate.public_key)))
