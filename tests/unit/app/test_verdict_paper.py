"""The report tells what TT 15/2025 asks for, and never something kinder than the verdict."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from signing.paper import Paper, Words
from ui import messages, verdicts
from ui.sentences import MESSAGES
from workstation.app.compose import _save_report
from workstation.app.paper_lane import page_lane
from workstation.app.shapes import signature_json, verdict_json
from workstation.app.verdict_paper import verdict_paper
from workstation.domain.errors import ErrorNote, WorkstationError
from workstation.domain.signature import FileVerdict, SignatureReport, Verdict

GOOD = SignatureReport(
    "ChuKy1", "Nguyễn Văn Thử", "CA thử", "2026-11-21T10:45:19Z", None, "B", "TOTAL-PASSED", None, "whole_file", "none", "good",
    True, 1000, (), "UBND PHƯỜNG HÒA HƯNG", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z",
    "RSASSA-PSS, SHA-256, RSA 3072 bit", "government",
)  # fmt: skip


def told(*signatures: SignatureReport, verdict: Verdict = Verdict.VALID, reasons: tuple[ErrorNote, ...] = ()) -> Paper:
    whole = FileVerdict(verdict, verdict is Verdict.VALID, reasons, signatures, "ab" * 32)
    return verdict_paper("van-ban.pdf", whole, made=datetime(2026, 11, 22, tzinfo=UTC), by="Trạm", offline=True)


def rows(paper: Paper, section: int) -> dict[str, tuple[Words, ...]]:
    return {row.label.en or row.label.vi: row.values for row in paper.sections[section].rows}


def test_every_field_of_the_circular_is_there() -> None:
    paper = told(GOOD)
    about, one = rows(paper, 0), rows(paper, 1)
    assert about["SHA-256"][0].vi == "ab" * 32 and about["File name"][0].vi == "van-ban.pdf"
    assert paper.tone == "good" and paper.verdict.vi == "Chữ ký hợp lệ"
    expected = {
        "Issuing authority": "CA thử",
        "Signer": "Nguyễn Văn Thử",
        "Managing unit": "UBND PHƯỜNG HÒA HƯNG",
        "Signing time as claimed": "21/11/2026 17:45:19 +07:00",
        "Time-stamp": "Chưa có",
        "Integrity": "Nguyên vẹn, chữ ký bao cả tệp",
        "Validity at signing time": "Chứng thư có hiệu lực tại thời điểm ký",
        "Certificate period": "01/01/2026 07:00:00 +07:00 – 01/01/2027 07:00:00 +07:00",
        "Verdict": "Chữ ký hợp lệ",
        "Trust store": "Gốc chuyên dùng công vụ (Ban Cơ yếu Chính phủ)",
        "Revocation": "Không bị thu hồi",
        "Algorithms": "RSASSA-PSS, SHA-256, RSA 3072 bit",
    }
    assert {label: one[label][0].vi for label in expected} == expected


def test_a_certificate_without_a_defined_end() -> None:
    """RFC 5280, 4.1.2.5: 99991231235959Z."""
    found = rows(told(replace(GOOD, valid_until="9999-12-31T23:59:59Z", signing_time="0001-01-01T00:00:00Z")), 1)
    assert found["Certificate period"][0].vi == "01/01/2026 07:00:00 +07:00 – 31/12/9999 23:59:59 +00:00"
    assert found["Signing time as claimed"][0].vi.endswith(" 07:00:00 +07:00")
    for text in (
        messages.moment("9999-12-31T23:59:59Z"),
        messages.sentence(ErrorNote("V08", (("date", "9999-12-31T23:59:59Z"),))),
    ):
        assert "31/12/9999" in text


@pytest.mark.parametrize("code", sorted(code for code in MESSAGES if code.startswith("V")))
def test_a_reason_is_said_in_both_languages(code: str) -> None:
    note = ErrorNote(code)
    paper = told(replace(GOOD, indication="INDETERMINATE", reasons=(note,)), verdict=Verdict.INDETERMINATE, reasons=(note,))
    (words,) = rows(paper, 1)["Reasons"]
    assert words.vi.startswith(f"{code}: ") and words.en.startswith(f"{code}: ") and words.vi != words.en
    assert paper.tone == "warn" and "Reasons" not in rows(paper, 0), "said once"


def test_a_reason_of_the_file_alone_is_said_there() -> None:
    paper = told(GOOD, verdict=Verdict.INDETERMINATE, reasons=(ErrorNote("V19"),))
    assert paper.tone == "warn" and rows(paper, 0)["Reasons"][0].vi.startswith("V19")


@pytest.mark.parametrize(
    ("change", "label", "word"),
    [
        ({"reasons": (ErrorNote("V01"),)}, "Integrity", "Không nguyên vẹn"),
        ({"reasons": (ErrorNote("V15"),)}, "Integrity", "Không nguyên vẹn"),
        ({"reasons": (ErrorNote("V06"),), "coverage": "partial"}, "Integrity", "Không kiểm tra được"),
        ({"reasons": (ErrorNote("V14"),), "coverage": "partial"}, "Integrity", "Chữ ký chỉ bao một phần của tệp"),
        ({"coverage": "revision"}, "Integrity", "Nguyên vẹn ở phần đã ký, sau đó tệp có phần thêm"),
        ({"signing_time": "2028-01-01T00:00:00Z"}, "Validity at signing time", "Chứng thư không có hiệu lực tại thời điểm ký"),
        ({"timestamp": "2025-12-31T23:59:59Z"}, "Validity at signing time", "Chứng thư không có hiệu lực tại thời điểm ký"),
        ({"signing_time": None}, "Validity at signing time", "Không kiểm tra được"),
        ({"valid_from": None}, "Certificate period", "Không ghi"),
        ({"revocation": "revoked"}, "Revocation", "Đã bị thu hồi"),
        ({"revocation": "unknown", "trusted": False}, "Revocation", "Chưa biết"),
        ({"revocation": "unknown"}, "Revocation", "Chứng thư không ghi nơi tra cứu thu hồi"),
        ({"trust_store": "national"}, "Trust store", "Gốc quốc gia (chữ ký số công cộng)"),
        ({"trust_store": "training"}, "Trust store", "Gốc tập huấn – không có giá trị pháp lý"),
        ({"trust_store": "", "reasons": (ErrorNote("V03"),)}, "Trust store", "Không nối được tới gốc tin cậy nào"),
        ({"trust_store": "", "reasons": (ErrorNote("V12"),)}, "Trust store", "Không kiểm tra được"),
        ({"signer": ""}, "Signer", "Không ghi"),
        ({"changes_after": "form"}, "Changes after signing", "Có ô được điền hoặc chữ ký khác được thêm"),
        ({"changes_after": "form", "reasons": (ErrorNote("V31"),)}, "Changes after signing", "Chỉ có thêm chữ ký hợp lệ khác"),
    ],
)  # fmt: skip
def test_what_a_row_says(change: dict[str, object], label: str, word: str) -> None:
    assert rows(told(replace(GOOD, **change)), 1)[label][0].vi == word  # type: ignore[arg-type]


def test_a_document_time_stamp_is_no_person() -> None:
    stamp = replace(GOOD, level="DTS", signer="TSA", signing_time=None, timestamp="2026-11-22T00:00:00Z")
    paper = told(GOOD, stamp)
    assert [section.title.vi for section in paper.sections] == ["Tệp được kiểm tra", "Chữ ký 1", "Dấu thời gian 2"]
    said = rows(paper, 2)
    assert said["Time-stamping unit"][0].vi == "TSA" and said["Time-stamp"][0].vi == "22/11/2026 07:00:00 +07:00"
    assert not {"Signer", "Level", "Signing time as claimed"} & set(said)


def test_a_bad_or_unreadable_file_is_red_even_without_signatures() -> None:
    for verdict in (Verdict.INVALID, Verdict.UNREADABLE):
        assert told(verdict=verdict, reasons=(ErrorNote("V16"),)).tone == "bad"
    assert told(verdict=Verdict.UNSIGNED, reasons=(ErrorNote("V07"),)).tone == "warn"


def test_json_tells_the_same() -> None:
    one = signature_json(GOOD, "vi")
    assert (one["trust_store"], one["mechanism"], one["in_period"]) == ("government", GOOD.mechanism, True)
    assert (one["organization"], one["valid_until"]) == ("UBND PHƯỜNG HÒA HƯNG", "2027-01-01T00:00:00Z")
    whole = FileVerdict(Verdict.VALID, True, (), (GOOD,), "ab" * 32)
    assert verdict_json(Path("a.pdf"), whole, "vi")["sha256"] == "ab" * 32


def test_a_report_is_saved_through_the_desk_s_port_by_a_page_worker(tmp_path: Path) -> None:
    """As the screen has it made: the port crosses to a process, and what can't be written is told."""
    verdict = FileVerdict(Verdict.VALID, True, (), (GOOD,), "ab" * 32)
    lane = page_lane(1)
    try:
        lane.submit(_save_report, tmp_path / "r.pdf", "van-ban.pdf", verdict, timeout=60).result()
        assert (tmp_path / "r.pdf").read_bytes().startswith(b"%PDF-")
        with pytest.raises(WorkstationError, match="F07"):
            lane.submit(_save_report, tmp_path / "gone" / "r.pdf", "van-ban.pdf", verdict, timeout=60).result()
    finally:
        lane.close()


def test_the_screen_and_the_paper_say_the_same() -> None:
    on_screen = {fact.label[0]: fact.value[0] for fact in verdicts.told(1, GOOD).facts}
    on_paper = {row.label.vi: row.values[0].vi for row in told(GOOD).sections[1].rows}
    assert on_screen.items() <= on_paper.items() and len(on_screen) == 13
