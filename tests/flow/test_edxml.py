"""``workstation edxml``: messages that came are opened, hostile ones cost themselves only."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from sync.adapters.edxml import Attachment
from sync.adapters.edxml_write import write_edoc
from sync.adapters.markup import LIMITS
from tests.flow.conftest import Ran
from tests.unit.sync.adapters.exchanging import GOLDEN, PDF, decision


def test_a_document_and_a_status_are_told(cli: Callable[..., Ran], tmp_path: Path) -> None:
    folder = GOLDEN / "edxml"
    ran = cli("edxml", folder / "quyet-dinh.xml", folder / "tu-choi.xml", "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    document, status = ran.data["files"]
    assert (document["number"], document["notation"], document["issued_date"]) == ("127", "QĐ-UBND", "2026-03-14")
    assert document["document_id"] == "H29.99.01,2026/03/14,127/QĐ-UBND"
    (attachment,) = document["attachments"]
    assert attachment["path"] == str(tmp_path / "out" / "quyet-dinh" / "01-quyet-dinh.pdf")
    assert Path(attachment["path"]).read_bytes() == PDF
    assert attachment["sha256"] == hashlib.sha256(PDF).hexdigest()
    assert (status["status"], status["about"]) == ("02", document["document_id"])


def test_what_a_message_wants_is_told_in_words(cli: Callable[..., Ran]) -> None:
    folder = GOLDEN / "edxml"
    told = cli(
        "edxml", folder / "quyet-dinh.xml", folder / "thu-hoi.xml", folder / "tu-choi.xml", "--lang", "vi"
    ).out.splitlines()
    assert "thu hồi" not in told[0]
    assert "thu hồi" in next(line for line in told if "thu-hoi.xml" in line)
    assert "02 (từ chối nhận)" in next(line for line in told if "tu-choi.xml" in line)


def test_two_messages_of_one_name_keep_a_folder_each(cli: Callable[..., Ran], tmp_path: Path) -> None:
    messages = []
    for folder, content in (("a", b"%PDF-1"), ("b", b"%PDF-2"), ("c", b"%PDF-3")):
        (tmp_path / folder).mkdir()
        messages.append(tmp_path / folder / ("VB-2.XML" if folder == "b" else "vb.xml"))
        messages[-1].write_bytes(write_edoc(decision(attachments=(Attachment("1", "vb.pdf", "application/pdf", content),))))
    ran = cli("edxml", *messages, "-o", tmp_path / "out", "--json")
    kept = [Path(row["attachments"][0]["path"]) for row in ran.data["files"]]
    assert [path.read_bytes() for path in kept] == [b"%PDF-1", b"%PDF-2", b"%PDF-3"]
    assert [path.parent.name for path in kept] == ["vb", "VB-2", "vb-3"]


def test_a_file_where_the_folder_should_be_costs_that_message(cli: Callable[..., Ran], tmp_path: Path) -> None:
    message = tmp_path / "vb"
    message.write_bytes(write_edoc(decision()))
    ran = cli("edxml", message, "-o", tmp_path, "--json")
    assert (ran.code, ran.data["files"][0]["error"]["code"]) == (2, "U01")
    assert message.read_bytes() == write_edoc(decision())


def test_a_hostile_one_costs_itself_only(cli: Callable[..., Ran], tmp_path: Path) -> None:
    bomb, huge, good = tmp_path / "bomb.xml", tmp_path / "huge.xml", tmp_path / "good.xml"
    bomb.write_text('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "utf-8")
    with huge.open("wb") as file:
        file.truncate(LIMITS.bytes + 1)
    good.write_bytes(write_edoc(decision()))
    ran = cli("edxml", bomb, huge, good, tmp_path / "none.xml", "--json")
    assert ran.code == 1
    codes = [row["error"] and row["error"]["code"] for row in ran.data["files"]]
    assert codes == ["G20", "G20", None, "F07"]
    assert "root:" not in ran.out
    alone = cli("edxml", bomb, "--lang", "vi")
    assert (alone.code, "kiểu tài liệu" in alone.out) == (2, True)


def test_names_of_files_stay_names(cli: Callable[..., Ran], tmp_path: Path) -> None:
    names = ["Quyết định số 1.PDF", "CON", ".bashrc", "-rf", "a.tar.gz", "…", "x" * 190 + ".pdf", "aux.pdf ."]
    attachments = tuple(Attachment(str(i), name, "application/pdf", bytes([i])) for i, name in enumerate(names))
    (tmp_path / "m.xml").write_bytes(write_edoc(decision(attachments=attachments)))
    ran = cli("edxml", tmp_path / "m.xml", "-o", tmp_path / "out", "--json")
    assert ran.code == 0, ran.err
    kept = sorted(path.name for path in (tmp_path / "out" / "m").iterdir())
    assert kept == [
        "01-quyet-dinh-so-1.pdf", "02-con", "03-bashrc", "04-rf", "05-a-tar.gz", "06-tep", f"07-{'x' * 30}.pdf", "08-aux-pdf",
    ]  # fmt: skip
    assert len(kept) == len(names)
