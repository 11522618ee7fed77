"""PAdES signatures in three steps – prepare, sign, finish – so that the middle one may one day happen elsewhere.

Baseline B (ETSI EN 319 142-1): subfilter ETSI.CAdES.detached, SHA-256, claimed time in /M. Everything is incremental: the
bytes that came in stay the file's prefix. What makes T, LT and LTA of it is in ``signing.levels``.
"""

import asyncio
import shutil
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from asn1crypto import cms
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, constants
from pyhanko.sign.signers.pdf_byterange import PreparedByteRangeDigest
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing import files, levels, lift
from signing.appearance import StampStyle
from signing.files import CHUNK
from signing.keys import SigningKey, require_in_force, subject_part
from signing.placing import place
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.ids import Sha256
from workstation.domain.signature import LEVELS, SignResult
from workstation.domain.signing import SignJob

DIGEST = "sha256"


class _Signer(PdfSigner):
    """Without pyHanko's ISO 32002 extension, which would lift the catalog to PDF 2.0 for P-256 and so leave PDF/A-2."""

    def register_extensions(self, pdf_out: Any, *, md_algorithm: str) -> None:
        pdf_out.ensure_output_version(version=(1, 7))
        if pdf_out.output_version < (2, 0):
            pdf_out.register_extension(constants.ESIC_EXTENSION_1)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file with a hole for the signature, and what has to be signed to fill it."""

    field: str
    moment: datetime
    digest: PreparedByteRangeDigest


def sign_file(job: SignJob, key: SigningKey) -> SignResult:
    """Signs ``job.path`` into ``job.out``: temporary file, fsync, rename, fsync of the folder. The input is only read.

    What can't be reached outside costs the level, not the signature: the result says what was reached and why.

    Raises U01 (no such level or preset, output is the input or can't be written there), F07, C05, C07 (the signature does not
    match the certificate), C11 (encrypted, hybrid, broken or locked PDF), M01, M06 (a root can't be read), V04 (level LT and
    LTA: the certificate is revoked), and what the key's ``translate`` knows (C04).
    """
    work = signing_steps(job, key)
    try:
        prepared = next(work)
        work.send(sign(prepared, key))
    except StopIteration as done:
        result: SignResult = done.value
        return result
    finally:
        work.close()
    raise AssertionError("one document, one signature")


def signing_steps(job: SignJob, key: SigningKey) -> Generator[Prepared, cms.ContentInfo, SignResult]:
    """As :func:`sign_file`, with the signature made elsewhere: gives what has to be signed, takes the CMS object, returns the
    result. Whoever stops in between closes it, and nothing is left."""
    _check_job(job, key)
    climb = levels.start(job.level, job.services, key)
    moment = datetime.now(UTC).replace(microsecond=0)
    with files.source(job.path) as source, files.target(job.out) as target:
        prepared = prepare(source, target, job, key, moment, climb.room)
        signature = yield prepared
        token = levels.stamp(climb, signature)
        finish(target, prepared, signature)
        with files.unsuitable(job.path.name):  # the input's own document security store may be broken
            reached = levels.extend(climb, target, token)
        _assert_sound(source, target, prepared.field)
        digest, size = files.hash_of(target)
    return _result(job, key, moment, (digest, size), reached, tuple(climb.notes))


def prepare_into(job: SignJob, key: SigningKey, stored: Path) -> Prepared:
    """Prepares ``job.path`` into the file ``stored`` (fsynced), to be finished once the signature comes, perhaps by another
    process. Raises as :func:`sign_file`."""
    _check_job(job, key)
    levels.start(job.level, job.services, key)  # nothing is signed with a revoked certificate; what is missing is told at the end
    with files.source(job.path) as source, files.target(stored) as target:
        return prepare(source, target, job, key, datetime.now(UTC).replace(microsecond=0), 0)


def finish_stored(stored: Path, job: SignJob, key: SigningKey, prepared: Prepared) -> SignResult:
    """Makes ``job.out`` of a file that :func:`prepare_into` left, with the signature that ``key`` has for it by now. No room was
    reserved for a time-stamp, as nobody knew when the signature would come: it is lifted as any other of level B. Raises as
    :func:`sign_file`."""
    signature = sign(prepared, key)
    with files.source(job.path) as source, files.source(stored) as waiting, files.target(job.out) as target:
        shutil.copyfileobj(waiting, target, CHUNK)
        finish(target, prepared, signature)
        _assert_sound(source, target, prepared.field)
        reached, notes = "B", tuple[ErrorNote, ...]()
        if job.level != reached:
            with files.unsuitable(job.path.name):
                reached, notes = lift.raise_new(target, prepared.field, job.level, job.services)
            _assert_sound(source, target, prepared.field)
        digest, size = files.hash_of(target)
    return _result(job, key, prepared.moment, (digest, size), reached, notes)


def _check_job(job: SignJob, key: SigningKey) -> None:
    if job.level not in LEVELS:
        raise WorkstationError("U01", level=job.level)
    if job.out.resolve() == job.path.resolve():
        raise WorkstationError("U01", out=job.out.name)
    require_in_force(key.certificate)


def _result(
    job: SignJob, key: SigningKey, moment: datetime, made: tuple[Sha256, int], reached: str, notes: tuple[ErrorNote, ...]
) -> SignResult:
    return SignResult(
        sha256=made[0],
        bytes=made[1],
        signer=subject_part(key.certificate.subject, "common_name"),
        signing_time=moment.isoformat().replace("+00:00", "Z"),
        level=reached,
        asked=job.level,
        notes=notes,
    )


def prepare(source: IO[bytes], target: IO[bytes], job: SignJob, key: SigningKey, moment: datetime, room: int) -> Prepared:
    """Writes ``source`` with a signature field, the stamp and an empty /Contents to ``target``. Raises C11, U01.

    ``room``: digits to reserve in /Contents besides the signature's own, for its time-stamp token."""
    with files.unsuitable(job.path.name):
        writer = IncrementalPdfFileWriter(source, strict=True)
        if writer.prev.encrypted:
            raise WorkstationError("C11", file=job.path.name, kind="encrypted")
        field = _free_field_name(writer.prev)
        placed = place(writer, source, job, subject_part(key.certificate.subject, "common_name"), moment)
        rect = placed.stamp.rect
        meta = PdfSignatureMetadata(
            field_name=field, md_algorithm=DIGEST, subfilter=SigSeedSubFilter.PADES, reason=job.reason or None
        )
        # the library takes any numbers here and rounds them itself
        box: Any = (rect.x0, rect.y0, rect.x1, rect.y1)
        spec = SigFieldSpec(field, on_page=placed.page, box=box, readable_field_name="Chữ ký số")
        session = _Signer(meta, key.signer, stamp_style=StampStyle(stamp=placed.stamp), new_field_spec=spec).init_signing_session(
            writer
        )
        session.system_time = moment  # one time for the stamp, for /M and for the result
        reserved = _reserved(session, key) + room
        document = session.prepare_tbs_document(None, reserved)
        digest, _ = document.digest_tbs_document(output=target, chunk_size=CHUNK)
    return Prepared(field, moment, digest)


_sizes: dict[tuple[bytes, str, int], int] = {}
"""By certificate, mechanism and length of the chain. A trial signature takes a fifth of a document's work or more, and all
signatures of a key are of one size."""


def _reserved(session: PdfSigningSession, key: SigningKey) -> int:
    """Digits to reserve for a signature of this key, with half as much again to spare."""
    chain = sum(len(one.dump()) for one in key.signer.cert_registry)
    name = (key.certificate.sha256, key.mechanism, chain)
    if name not in _sizes:
        _sizes[name] = asyncio.run(session.estimate_signature_container_size(None))
    return _sizes[name]


def sign(prepared: Prepared, key: SigningKey) -> cms.ContentInfo:
    """The CMS object over the prepared digest (CAdES attributes for PAdES). Raises what the key's vendor code means."""
    return sign_together([prepared], key)[0]


def sign_together(prepared: Sequence[Prepared], key: SigningKey) -> list[cms.ContentInfo]:
    """As :func:`sign` for several at once, all or none: a remote service gets all hashes in one request."""

    async def ask() -> list[cms.ContentInfo | BaseException]:
        return await asyncio.gather(*(_cms(one, key) for one in prepared), return_exceptions=True)

    key.expect(len(prepared))
    answers = asyncio.run(ask())
    errors = [answer for answer in answers if isinstance(answer, BaseException)]
    errors.sort(key=lambda error: not isinstance(error, WorkstationError))  # the reason first, then who only waited for it
    # the border to vendor code: what the key does not know goes up as it is, a bug
    for error in errors:
        if isinstance(error, Exception) and (known := key.translate(error)) is not None:
            raise known from None
    if errors:
        raise errors[0]
    return [answer for answer in answers if isinstance(answer, cms.ContentInfo)]


async def _cms(prepared: Prepared, key: SigningKey) -> cms.ContentInfo:
    attributes = PdfCMSSignedAttributes(signing_time=prepared.moment)
    return await key.signer.async_sign(prepared.digest.document_digest, DIGEST, use_pades=True, signed_attr_settings=attributes)


def finish(target: IO[bytes], prepared: Prepared, signature: cms.ContentInfo) -> None:
    """Fills the hole. C07 if what a remote service gave as a signature is larger than any that fits the certificate."""
    try:
        prepared.digest.fill_with_cms(target, signature)
    except SigningError:
        raise WorkstationError("C07", kind="mismatch") from None


def _free_field_name(reader: PdfFileReader) -> str:
    used = {name for name, _, _ in enumerate_sig_fields(reader)}
    number = 1
    while f"ChuKy{number}" in used:
        number += 1
    return f"ChuKy{number}"


def _assert_sound(source: IO[bytes], target: IO[bytes], field: str) -> None:
    """Nothing leaves this module that does not verify: the input is the prefix, digest and signature hold.

    A token whose key does not belong to its certificate shows here (C07) and not at the receiver.
    """
    files.assert_prefix(source, target)
    reader = PdfFileReader(target)
    found = next(entry for name, _, entry in enumerate_sig_fields(reader, filled_status=True) if name == field)
    signature = EmbeddedPdfSignature(reader, found, field)
    intact, valid = validate_sig_integrity(
        signature.signer_info,
        signature.signer_cert,
        expected_content_type="data",
        actual_digest=signature.compute_digest(),
    )
    if not (intact and valid):
        raise WorkstationError("C07", kind="mismatch")
