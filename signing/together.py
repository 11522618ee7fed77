"""Several files signed in one request: all are prepared, all hashes are signed at once, each file is finished by itself."""

from collections.abc import Generator, Sequence

from asn1crypto import cms

from signing.keys import SigningKey
from signing.pades import Prepared, sign_together, signing_steps
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import SignResult
from workstation.domain.signing import SignJob

Work = Generator[Prepared, cms.ContentInfo, SignResult]


def sign_files(jobs: Sequence[SignJob], key: SigningKey) -> tuple[SignResult | ErrorNote, ...]:
    """What became of each file, in their order. A file that can't be prepared, or whose signature does not fit (C07), costs
    itself only; an error of the request is everybody's, and no file is left half-made."""
    if key.sign_files is not None:
        return key.sign_files(jobs)
    works = [signing_steps(job, key) for job in jobs]
    answers: dict[int, SignResult | ErrorNote] = {}
    prepared: dict[int, Prepared] = {}
    try:
        for number, work in enumerate(works):
            try:
                prepared[number] = next(work)
            except WorkstationError as error:
                answers[number] = error.note
        try:
            signatures = sign_together(list(prepared.values()), key) if prepared else []
        except WorkstationError as error:
            return tuple(answers.get(number, error.note) for number in range(len(jobs)))
        for number, signature in zip(prepared, signatures, strict=True):
            answers[number] = _finish(works[number], signature)
    finally:
        for work in works:
            work.close()
    return tuple(answers[number] for number in range(len(jobs)))


def _finish(work: Work, signature: cms.ContentInfo) -> SignResult | ErrorNote:
    try:
        work.send(signature)
    except StopIteration as done:
        result: SignResult = done.value
        return result
    except WorkstationError as error:
        return error.note
    raise AssertionError("one document, one signature")
