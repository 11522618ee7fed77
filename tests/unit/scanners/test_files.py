import unicodedata
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from workstation.domain.filelist import expand, natural_key
from workstation.scanners.files import next_sheet_number


def names(folder: Path, files: tuple[Path, ...]) -> list[str]:
    return [f.relative_to(folder).as_posix() for f in files]


def test_folders_in_natural_order(tmp_path: Path) -> None:
    wanted = ["1.jpg", "2.jpg", "10.jpg", "trang 2.png", "Trang 10.png", "a/2.tif", "a/b/1.tif", "phần 10/1.tif"]
    for name in [*wanted, ".hidden.jpg", "x.jpg.part", "Thumbs.db", "~$a.pdf", "b.jpg~", ".git/1.jpg"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a" / "loop").symlink_to(tmp_path, target_is_directory=True)
    assert names(tmp_path, expand([tmp_path])) == wanted


def test_what_is_named_is_taken_once_in_the_order_given(tmp_path: Path) -> None:
    hidden, missing = tmp_path / ".x.jpg", tmp_path / "missing.jpg"
    hidden.touch()
    (tmp_path / "a.jpg").touch()
    assert expand([missing, hidden, tmp_path, hidden]) == (missing, hidden, tmp_path / "a.jpg")


@given(st.lists(st.integers(0, 10**20), unique=True))
def test_numbers_sort_as_numbers(numbers: list[int]) -> None:
    ordered = sorted((f"trang{n}.jpg" for n in numbers), key=natural_key)
    assert ordered == [f"trang{n}.jpg" for n in sorted(numbers)]


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_names_can_be_compared(a: str, b: str) -> None:
    assert (natural_key(a) < natural_key(b)) + (natural_key(b) < natural_key(a)) + (a == b) == 1


def test_encoding_of_the_name_does_not_change_its_place() -> None:
    composed = "đợt ế 2.jpg"
    assert natural_key(composed)[0] == natural_key(unicodedata.normalize("NFD", composed))[0]


def test_numbering_goes_on(tmp_path: Path) -> None:
    assert next_sheet_number(tmp_path) == 1
    (tmp_path / "sheet-0009.png").touch()
    (tmp_path / "sheet-0010.jpg").touch()
    assert next_sheet_number(tmp_path) == 11
