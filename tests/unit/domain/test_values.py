"""Ids, errors, the audit chain, waiting times and the moves that states allow."""

import pickle
import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.dossier import DOCUMENT_MOVES, DOSSIER_MOVES, Document, DocumentState, Dossier, DossierState
from workstation.domain.errors import ERRORS, ErrorNote, WorkstationError
from workstation.domain.events import AuditEvent, chain_hash
from workstation.domain.fields import nfc
from workstation.domain.ids import DocumentId, DossierId, UserName, new_id
from workstation.domain.outbox import FailureClass, backoff_seconds
from workstation.domain.signing import Secret

T0 = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
params = st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), st.text() | st.integers() | st.floats(allow_nan=False))


# --- ids


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**80 - 1))
def test_an_id_is_a_uuid_of_version_7(ms: int, bits: int):
    made = uuid.UUID(new_id(ms, bits))
    assert made.version == 7 and made.variant == uuid.RFC_4122 and made.int >> 80 == ms
    assert str(made) == new_id(ms, bits)


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, max_size=20, unique=True))
def test_ids_sort_by_time(times: list[int]):
    made = {new_id(t): t for t in times}
    assert [made[x] for x in sorted(made)] == sorted(times)


def test_all_74_random_bits_are_used():
    ones = uuid.UUID(new_id(0, 2**74 - 1)).int
    assert ones.bit_count() == 74 + 3 + 1  # version 0111, variant 10
    assert len({new_id(0) for _ in range(1000)}) == 1000


# --- errors


@given(st.sampled_from(sorted(ERRORS)), params)
def test_an_error_survives_pickling_and_its_note_gives_it_back(code: str, values: dict[str, str | int | float]):
    error = WorkstationError(code, **values)
    for copy in (pickle.loads(pickle.dumps(error)), error.note.error(), pickle.loads(pickle.dumps(error.note)).error()):
        assert (copy.code, copy.params, copy.spec) == (code, values, error.spec)
    assert {error.note: 1}[WorkstationError(code, **dict(reversed(values.items()))).note] == 1


def test_an_unknown_code_can_not_be_raised():
    with pytest.raises(KeyError):
        WorkstationError("X99")
    with pytest.raises(KeyError):
        ErrorNote("X99").error()


def test_a_secret_shows_itself_nowhere():
    secret = Secret("246810")
    assert "246810" not in f"{secret} {secret!r} {[secret]}"
    assert pickle.loads(pickle.dumps(secret)).reveal() == "246810"
    assert not hasattr(secret, "__dict__")


# --- the audit chain


EVENT = AuditEvent(T0, "canbo1", "signed", "d1", (("bytes", 1), ("sha256", "ab")))


@pytest.mark.parametrize(
    "other",
    [
        replace(EVENT, at=T0 + timedelta(microseconds=1)),
        replace(EVENT, actor="canbo2"),
        replace(EVENT, action="queued"),
        replace(EVENT, subject="d2"),
        replace(EVENT, detail=()),
        replace(EVENT, detail=(("bytes", 2), ("sha256", "ab"))),
        replace(EVENT, detail=(("bytes", "1"), ("sha256", "ab"))),
        replace(EVENT, detail=(("bytes", True), ("sha256", "ab"))),
        replace(EVENT, actor="canbo1signed", action=""),
    ],
)
def test_any_change_of_a_line_changes_its_hash(other: AuditEvent):
    assert chain_hash("", other) != chain_hash("", EVENT)


def test_the_line_before_is_part_of_the_hash_and_the_order_of_details_is_not():
    assert chain_hash("a", EVENT) != chain_hash("b", EVENT)
    assert chain_hash("a", replace(EVENT, detail=EVENT.detail[::-1])) == chain_hash("a", EVENT)


# --- waiting


@given(st.sampled_from(list(FailureClass)), st.integers(0, 10_000), st.integers(0, 2**32))
def test_waiting_grows_with_the_tries_up_to_a_cap(failure: FailureClass, attempts: int, seed: int):
    seconds = backoff_seconds(failure, attempts, None, random.Random(seed))
    cap = 900 if failure is FailureClass.MAY_CHU else 300
    full = min(cap, 2.0 ** min(attempts, 16))
    assert 1.0 <= seconds <= full


@given(st.floats(0, 900))
def test_the_servers_own_word_counts(seconds: float):
    assert backoff_seconds(FailureClass.QUA_TAI, 9, seconds, random.Random(1)) == seconds


# --- states


@pytest.mark.parametrize("to", DocumentState)
@pytest.mark.parametrize("state", DocumentState)
def test_a_document_moves_only_as_its_table_says(state: DocumentState, to: DocumentState):
    document = Document(DocumentId("d"), state)
    if to in DOCUMENT_MOVES[state]:
        assert document.move(to) == replace(document, state=to)
    else:
        with pytest.raises(WorkstationError) as e:
            document.move(to)
        assert e.value.note == ErrorNote("K06", (("state", state.value), ("to", to.value)))


@pytest.mark.parametrize("to", DossierState)
@pytest.mark.parametrize("state", DossierState)
def test_a_dossier_moves_only_as_its_table_says(state: DossierState, to: DossierState):
    dossier = Dossier(DossierId("h"), "HS-0001", "", T0, UserName("canbo1"), state)
    if to in DOSSIER_MOVES[state]:
        assert dossier.move(to) == replace(dossier, state=to)
    else:
        with pytest.raises(WorkstationError, match="K06"):
            dossier.move(to)


def test_what_was_signed_moves_nowhere_and_every_other_state_leads_on():
    assert DOCUMENT_MOVES[DocumentState.SIGNED] == frozenset()
    reached, queue = {DocumentState.NEW}, [DocumentState.NEW]
    while queue:
        new = DOCUMENT_MOVES[queue.pop()] - reached
        reached |= new
        queue += new
    assert reached == set(DocumentState)


@given(st.text())
def test_nfc_is_stable_and_leaves_no_stray_space(text: str):
    once = nfc(text)
    assert nfc(once) == once == once.strip() and "  " not in once and "\n" not in once
