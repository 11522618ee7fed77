"""Where a dossier is put: nothing that lies in the output is overwritten but what was made of the same sources."""

from pathlib import Path

import pytest

from workstation.app import dossier_folder
from workstation.app.dossier_folder import INDEX, folders_of, head, is_free, take, taken

SCAN = "/scans/HS.2024.01"


def test_the_same_sources_find_their_folder_again_and_others_the_next(tmp_path: Path) -> None:
    assert [taken(tmp_path, "HS", [SCAN], ()) for _ in range(2)] == [tmp_path / "HS"] * 2
    assert [taken(tmp_path, "HS", ["/other/HS"], ()) for _ in range(2)] == [tmp_path / "HS-2"] * 2
    assert taken(tmp_path, "HS", ["/third/HS"], ()) == tmp_path / "HS-3"


def test_an_index_that_is_there_is_not_begun_again(tmp_path: Path) -> None:
    whole = f"{head(None, 'HS', [SCAN])}\n{{}}\n]}}\n".encode()
    (tmp_path / INDEX).write_bytes(whole)
    assert take(tmp_path, [SCAN], ()) and (tmp_path / INDEX).read_bytes() == whole


def test_of_two_that_begin_at_once_one_gets_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dossier_folder, "is_free", lambda *_: True)  # both have just looked
    assert [take(tmp_path / "HS", [scan], ()) for scan in (SCAN, "/other/HS", SCAN)] == [True, False, True]


@pytest.mark.parametrize(
    "there", ["", "not JSON", "[]", '{"engine": null, "code": "HS", "files": [', '{"sources": ["/other"], "files": [']
)
def test_what_is_not_of_the_same_sources_stays(tmp_path: Path, there: str) -> None:
    (tmp_path / INDEX).write_text(f"{there}\n]}}\n" if there else "", "utf-8")
    assert not is_free(tmp_path, [SCAN], ())


def test_a_folder_is_free_while_it_is_empty_and_a_file_or_a_dead_link_never(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert [is_free(tmp_path / n, [SCAN], ()) for n in ("new", "empty", "file", "link")] == [True, True, False, False]
    (tmp_path / "empty" / "mine.txt").write_bytes(b"")
    assert not is_free(tmp_path / "empty", [SCAN], ())


def test_no_dossier_lies_where_an_input_does_by_whatever_path(tmp_path: Path) -> None:
    scan = tmp_path / "HS" / "below" / "1.jpg"
    scan.parent.mkdir(parents=True)
    scan.write_bytes(b"")
    (tmp_path / "out").symlink_to(tmp_path)
    assert taken(tmp_path, "HS", [SCAN], folders_of([scan])) == tmp_path / "HS-2"
    assert taken(tmp_path / "out", "HS", [SCAN], folders_of([scan])) == tmp_path / "out" / "HS-2"
    (tmp_path / "HS" / INDEX).write_text(f"{head(None, 'HS', [SCAN])}\n]}}\n")  # even one that says it is of these sources
    assert not is_free(tmp_path / "HS", [SCAN], folders_of([scan]))


def test_a_link_to_an_input_counts_where_it_leads_and_where_it_lies(tmp_path: Path) -> None:
    there, here = tmp_path / "out" / "HS", tmp_path / "in"
    there.mkdir(parents=True)
    here.mkdir()
    (there / "1.pdf").write_bytes(b"")
    (here / "1.pdf").symlink_to(there / "1.pdf")
    held = folders_of([here / "1.pdf", here / "gone.pdf"])
    assert {there, here, tmp_path} <= held
    assert (
        not is_free(there, [SCAN], held) and not is_free(here, [SCAN], held) and is_free(tmp_path / "out" / "new", [SCAN], held)
    )


def test_names_that_are_no_unicode_are_known_again_and_apart(tmp_path: Path) -> None:
    odd, other = (b"/scans/QD \xd0".decode("utf-8", "surrogateescape") + chr(0xDC00 + byte) for byte in (0xE5, 0xE6))
    for _ in range(2):
        assert [taken(tmp_path, "QD", [name], ()).name for name in (odd, other)] == ["QD", "QD-2"]
