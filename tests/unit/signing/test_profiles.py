"""Token profiles: the data's form, and libraries found where they lie."""

from pathlib import Path

import pytest
from pkcs11 import Mechanism

from signing.profiles import EVIDENCE, PLATFORMS, installed_libraries, load_profiles, profile_of
from tests.unit.signing.softtoken import library


def test_the_data_has_its_form() -> None:
    book = load_profiles()
    assert book.as_of.year >= 2026 and set(book.folders) == set(PLATFORMS)
    assert len({profile.id for profile in book.profiles}) == len(book.profiles)
    for profile in book.profiles:
        assert set(profile.libraries) == set(PLATFORMS), profile.id
        assert any(profile.libraries.values()), profile.id
        assert profile.evidence in EVIDENCE, profile.id
        assert profile.pin_tries is None or 1 <= profile.pin_tries <= 15, profile.id
        assert all(hasattr(Mechanism, name) for name in profile.mechanisms), profile.id


def test_no_library_belongs_to_two_vendors() -> None:
    names = [(n.casefold(), p) for entry in load_profiles().profiles for p in PLATFORMS for n in set(entry.libraries[p])]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("location", "name"),
    [
        (r"C:\Windows\System32\ETPKCS11.DLL", "safenet"),
        ("/usr/lib/libeTPkcs11.so", "safenet"),
        (library(), "softhsm"),
        ("/usr/lib/libeTPkcs11.so.old", None),
        ("", None),
    ],
)
def test_told_by_its_file_name(location: str, name: str | None) -> None:
    found = profile_of(location)
    assert (found.id if found else None) == name


def test_the_library_on_this_machine_is_found() -> None:
    assert Path(library()).resolve() in {
        path.resolve() for profile, path in installed_libraries("linux") if profile.id == "softhsm"
    }


def test_the_newest_of_one_vendor_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("viettel-ca_v5.dll", "viettel-ca_v6.dll", "eTPKCS11.dll", "foreign.dll"):
        (tmp_path / name).write_bytes(b"")
    book = load_profiles()
    monkeypatch.setitem(book.folders, "win32", ("%Somewhere%", "%Unset%\\nowhere"))
    found = installed_libraries("win32", {"Somewhere": str(tmp_path)})
    assert [path.name for _, path in found] == ["eTPKCS11.dll", "viettel-ca_v6.dll"]
