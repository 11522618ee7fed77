"""Every code has its words, and they read well whatever the caller knew."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from ui import messages
from ui.sentences import MESSAGES
from ui.sentences_exchange import REASONS
from ui.views.outbox import MENDS, OutboxScreen
from workstation.domain.dossier import DocumentState, DossierState
from workstation.domain.errors import ERRORS, Actor, ErrorNote
from workstation.domain.fields import FIELD_NAMES
from workstation.domain.outbox import RULES, FailureClass, OutboxState, Retry
from workstation.domain.page import Finding, PageState
from workstation.domain.signature import TokenState, Verdict
from workstation.usecases.views import GateCheck, GateRule

FULL = {
    "file": "a.pdf", "page": 4, "width": 30000, "height": 30000, "sheet": 13, "count": 12, "value": 41, "limit": 60,
    "field": "issued_date", "document": 2, "example": "14/03/2019", "code": "HS-0019", "state": "to_sign", "left": 2,
    "date": "2026-03-14", "organization": "UBND Phường 14", "need": 7, "have": 6, "bytes": 12, "algorithm": "SHA-1",
    "since": "2026-11-21T02:12:00+00:00", "waiting": 42, "next": "09:30", "done": 1, "total": 2, "missing": 1.2e9,
    "free": 1.8e9, "dossiers": 90, "time": "10:41", "pages": 9, "line": 3, "key": "scan.dpi", "detail": "-o", "step": "ghi",
    "finding": "dark", "dossier": "HS-0019", "fronts": 12, "backs": 11,
}  # fmt: skip


def test_every_code_has_words_and_no_word_is_without_code() -> None:
    assert set(MESSAGES) == set(ERRORS)


@pytest.mark.parametrize("code", sorted(ERRORS))
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("params", [{}, FULL], ids=["bare", "full"])
def test_sentence(code: str, lang: messages.Lang, params: dict[str, str | int | float]) -> None:
    text = messages.sentence(ErrorNote(code, tuple(params.items())), lang)
    assert len(text) > 20
    assert unicodedata.is_normalized("NFC", text)
    assert not re.search(r"[\[\]{}|]|  | [.,;:]", text), text
    assert text[0].isupper() or text[0] == '"'
    assert len(re.findall(r"[.?](?: |$)", text)) <= 2, "two sentences at most"
    assert "không xác định" not in text and "Error" not in text
    message = MESSAGES[code]
    assert bool(message.button_vi) == bool(message.button_en)


@pytest.mark.parametrize("code, reason", [
    ("G31", "busy"), ("G31", "timeout"), ("G32", "ca"), ("G32", "certificate"), ("G32", "key"), ("G32", "dates"),
    ("C24", "SCAL1"), ("C24", "revoked"), ("C24", "suspended"), ("C24", "oauth2code"), ("C24", "unknown"),
    ("C24", "invalid_token"), ("C24", "invalid_client"), ("C24", "unauthorized"),
])  # fmt: skip
def test_a_reason_is_told_in_words(code: str, reason: str) -> None:
    note = ErrorNote(code, (("reason", reason),))
    (vietnamese,) = re.findall(r"\((.*?)\)", messages.sentence(note))
    assert not vietnamese.isascii() and f"({reason})" not in messages.sentence(note, "en")


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.VALID}, key=str))
def test_why_a_source_is_not_copied_is_the_verdict_in_words(verdict: Verdict) -> None:
    told = messages.sentence(ErrorNote("S03", (("reason", verdict.value),)))
    assert f"({messages.VERDICTS[verdict][0].lower()})" in told


def test_a_field_that_only_its_type_knows_is_told_by_its_own_words() -> None:
    note = ErrorNote("K01", (("field", "area"), ("label", "Diện tích (m²)"), ("english", "Area (m²)")))
    assert "Diện tích (m²)" in messages.sentence(note) and "Area (m²)" in messages.sentence(note, "en")
    failed = GateCheck(GateRule.FIELDS, False, note, (("have", 3), ("need", 4)))
    assert "diện tích (m²)" in messages.gate_short(failed)


def raised_reasons() -> Iterator[tuple[str, str]]:
    """Code and reason of each error that the program raises with a reason of its own, where the code's sentence tells reasons."""
    root = Path(messages.__file__).parents[1]
    telling = {code for code, message in MESSAGES.items() if "{reason}" in message.vi}
    for path in (path for folder in ("signing", "sync", "workstation") for path in (root / folder).rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            code = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
            for given in call.keywords if code in telling else ():
                if given.arg == "reason" and isinstance(given.value, ast.Constant):
                    yield str(code), str(given.value.value)


def test_every_reason_that_the_program_gives_has_words() -> None:
    raised = set(raised_reasons())
    assert {("C24", "token"), ("G31", "timeout"), ("G32", "dates")} <= raised
    wordless = {(code, reason) for code, reason in raised if reason not in REASONS and reason not in MESSAGES}
    assert not wordless, "a word of the source would stand on a Vietnamese screen"


@pytest.mark.parametrize("failure", sorted(set(FailureClass) - {FailureClass.BIEN_NHAN, FailureClass.CHUNG_THU}, key=str))
def test_a_peers_reason_is_not_the_ward_servers(failure: FailureClass) -> None:
    """A receipt and the station's certificate are between this station and the ward server alone."""
    for note in (ErrorNote(failure.value), ErrorNote(failure.value, (("field", "MaTTHC"),))):
        told = messages.peer_reason(note), messages.peer_reason(note, "en")
        assert told[0] and told[1] and not re.search(r"[\[\]{}|]", "".join(told))
        assert "ệ thống dùng chung" not in told[0] and "shared system" not in told[1]
    assert messages.peer_reason(ErrorNote("B01")) == messages.sentence(ErrorNote("B01"))


@pytest.mark.parametrize("code", sorted(ERRORS))
def test_unknown_parameters_do_no_harm(code: str) -> None:
    assert messages.sentence(ErrorNote(code, (("odd", "x"), ("page", "")))) == messages.sentence(ErrorNote(code))


def test_wording_of_the_reference() -> None:
    note = ErrorNote("A02", (("page", 4), ("value", 41), ("limit", 60)))
    assert messages.sentence(note) == "Trang 4 mờ (41/100, cần từ 60). Quét lại, hoặc giữ và ghi lý do."
    note = ErrorNote("Q04", (("sheet", 13), ("count", 12)))
    assert messages.sentence(note) == "Kẹt giấy ở tờ 13. 12 tờ đã lưu an toàn; gỡ giấy rồi quét tiếp từ tờ 13."
    note = ErrorNote("G01", (("since", "2026-11-21T02:12:00+00:00"), ("waiting", 42)))
    assert messages.sentence(note) == "Mất mạng từ 09:12. Cứ làm tiếp; 42 hồ sơ đã lưu trên máy và sẽ tự gửi."
    note = ErrorNote("M02", (("free", 1.8e9), ("dossiers", 90)))
    assert messages.sentence(note) == "Ổ đĩa còn 1,8 GB, đủ khoảng 90 hồ sơ. Gửi hoặc sao lưu trước khi quét tiếp."


def test_every_state_has_words() -> None:
    tables = (
        (DocumentState, messages.DOCUMENT_STATES), (DossierState, messages.DOSSIER_STATES), (OutboxState, messages.OUTBOX_STATES),
        (PageState, messages.PAGE_STATES), (TokenState, messages.TOKEN_STATES), (Verdict, messages.VERDICTS),
        (Actor, messages.ACTORS), (GateRule, messages.GATE),
    )  # fmt: skip
    for kind, table in tables:
        assert set(table) == set(kind)
        for words in table.values():
            assert all(words) and all(unicodedata.is_normalized("NFC", w) for w in words)
    assert set(FIELD_NAMES) <= set(messages.FIELDS)


@pytest.mark.parametrize("failure", list(FailureClass))
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_class_of_failure_has_rule_sentence_actor_and_button(failure: FailureClass, lang: messages.Lang) -> None:
    """One table from the sender to the screen: nothing may fail that nobody is told about."""
    rule, note = RULES[failure], ErrorNote(failure.value)
    assert set(RULES) == set(FailureClass)
    assert len(messages.sentence(note, lang)) > 40
    assert messages.button(note, lang)
    assert callable(getattr(OutboxScreen, MENDS[failure.value])), "the button does something on the screen that shows it"
    spec = ERRORS[failure.value]
    assert messages.actor(spec.actor, lang)
    parked = rule.retry in (Retry.PARK, Retry.PEER)
    assert (spec.actor is Actor.NOBODY) == (not parked), "what waits for nobody goes by itself, what is parked names somebody"
    assert (MENDS[failure.value] == "send_one") == (rule.retry is not Retry.PARK)


@pytest.mark.parametrize("rule", list(GateRule))
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("ok", [True, False])
def test_gate_lines(rule: GateRule, lang: messages.Lang, ok: bool) -> None:
    for detail in ((), (("have", 6), ("need", 7), ("dpi", 300), ("level", "PDF/A-2b"))):
        line = messages.gate_line(GateCheck(rule, ok, None, detail), lang)
        assert line and not re.search(r"[\[\]{}|]", line)


def test_failed_gate_says_where() -> None:
    blurred = GateCheck(GateRule.QUALITY, False, ErrorNote("A02", (("page", 2),)))
    assert messages.gate_short(blurred) == "Trang 2 mờ"
    assert messages.gate_line(blurred) == "Ảnh chưa đạt chất lượng – trang 2 mờ"
    missing = GateCheck(GateRule.FIELDS, False, ErrorNote("K01", (("field", "signer_name"),)))
    assert messages.gate_short(missing) == "Thiếu người ký"


def test_findings_with_numbers() -> None:
    assert messages.finding_line(Finding("blur", 41, 60, False)) == "Độ nét thấp (41/100, cần từ 60)"
    assert messages.finding_line(Finding("dpi", 300, 300, True)) == "300 dpi"
    assert "odd" in messages.finding_line(Finding("odd", 1.25, 2, False))


def test_numbers_dates_sizes() -> None:
    assert messages.number(1234.5) == "1.234" or messages.number(1234.5) == "1.235"
    assert messages.size(780_000) == "780 KB"
    assert messages.size(1_250_000) == "1,2 MB"
    assert messages.day("2019-03-14") == "14/03/2019"
    assert messages.day("chưa rõ") == "chưa rõ"


def test_what_a_copy_can_not_be_made_of_is_said_in_words() -> None:
    note = ErrorNote("S04", (("kind", "Sao y"), ("source", "electronic")))
    assert messages.sentence(note).startswith("Sao y không làm được từ nguồn này (văn bản điện tử). ")
    assert "(an electronic document)" in messages.sentence(note, "en")
