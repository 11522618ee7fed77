"""Where a dossier is put: nothing that lies in the output is overwritten but what was made of the same sources."""

from pathlib import Path

import pytest

from workstation.app.dossier_folder import INDEX, begin, folder_for, folders_of, head, is_free

SCAN = "/scans/HS.2024.01"


def test_the_same_sources_find_their_folder_again_and_others_the_next(tmp_path: Path) -> None:
    first = folder_for(tmp_path, "HS", [SCAN], ())
    begin(first, [SCAN])
    assert (first, folder_for(tmp_path, "HS", [SCAN], ())) == (tmp_path / "HS", tmp_path / "HS")
    second = folder_for(tmp_path, "HS", ["/other/HS"], ())
    begin(second, ["/other/HS"])
    assert second == tmp_path / "HS-2"
    assert folder_for(tmp_path, "HS", ["/other/HS"], ()) == second
    assert folder_for(tmp_path, "HS", ["/third/HS"], ()) == tmp_path / "HS-3"


def test_an_index_that_is_there_is_not_begun_again(tmp_path: Path) -> None:
    whole = f"{head(None, 'HS', [SCAN])}\n{{}}\n]}}\n".encode()
    (tmp_path / INDEX).write_bytes(whole)
    begin(tmp_path, [SCAN])
    assert (tmp_path / INDEX).read_bytes() == whole and is_free(tmp_path, [SCAN], ())


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
    assert folder_for(tmp_path, "HS", [SCAN], folders_of([scan])) == tmp_path / "HS-2"
    assert folder_for(tmp_path / "out", "HS", [SCAN], folders_of([scan])) == tmp_path / "out" / "HS-2"
    begin(tmp_path / "HS", [SCAN])  # even one that says it is of these sources
    assert not is_free(tmp_path / "HS", [SCAN], folders_of([scan]))


def test_a_link_to_an_input_counts_where_it_leads_and_where_it_lies(tmp_path: Path) -> None:
    there, here = tmp_path / "out" / "HS", tmp_path / "in"
    there.mkdir(parents=True)
    here.mkdir()
    (there / "1.pdf").write_bytes(b"")
    (here / "1.pdf").symlink_to(there / "1.pdf")
    held = folders_of([here / "1.pdf", here / "gone.pdf"])
    assert held == {there, here}
    assert (
        not is_free(there, [SCAN], held) and not is_free(here, [SCAN], held) and is_free(tmp_path / "out" / "new", [SCAN], held)
    )


def test_names_that_are_no_unicode_are_known_again(tmp_path: Path) -> None:
    odd = b"/scans/QD \xd0\xe5".decode("utf-8", "surrogateescape")
    begin(tmp_path / "a", [odd])
    assert is_free(tmp_path / "a", [odd], ())
