"""Other people's verifiers agree on the cryptography: OpenSSL over the extracted ranges, and poppler's ``pdfsig``."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from asn1crypto import cms

from tests.unit.signing import attacks, forgeries
from tests.unit.signing.pki import Authority, make_authority, rsa_key
from tests.unit.signing.workshop import Workshop, form_file, make_workshop, signer_of

VALID = "Signature is Valid"


@pytest.fixture(scope="module")
def files(authority: Authority, published: Path) -> dict[str, bytes]:
    shop = make_workshop(authority, published.read_bytes())
    key = rsa_key()
    own = authority.issue(key.public_key())
    return {
        "ecdsa": shop.good,
        "pss": shop.sign(shop.plain, signer=signer_of(key, own, pss=True)),
        "pkcs1": shop.sign(shop.plain, signer=signer_of(key, own)),
    }


def openssl_says(data: bytes, root: Path, folder: Path) -> bool:
    """``openssl cms -verify`` with the CAdES attributes, over the bytes that the signature says it covers."""
    _, first, second, length = (int(value) for value in attacks.byte_range(data).group(1).split())
    info = cms.ContentInfo.load(bytes.fromhex(data[first + 1 : second - 1].decode()), strict=False)
    (folder / "signature.der").write_bytes(info.dump())
    (folder / "content.bin").write_bytes(data[:first] + data[second : second + length])
    command = [
        "openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", str(folder / "signature.der"),
        "-content", str(folder / "content.bin"), "-CAfile", str(root), "-purpose", "any", "-out", str(folder / "out.bin"),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return done.returncode == 0


def pdfsig_says(data: bytes, folder: Path) -> list[str]:
    path = folder / "asked.pdf"
    path.write_bytes(data)
    done = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, text=True, timeout=60, check=False)
    return re.findall(r"Signature Validation: (.+?)\.?\n", done.stdout)


def flips(data: bytes) -> dict[str, bytes]:
    """One byte changed in the first signed part, one in the second."""
    second, length = (int(value) for value in attacks.byte_range(data).group(1).split()[2:])
    flipped = {"first part": attacks.one_byte_changed(data)}
    # a letter's case in the second part's end
    at = second + length - 20
    while not data[at : at + 1].isalpha():
        at -= 1
    flipped["second part"] = data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :]
    return flipped


def test_openssl_agrees(files: dict[str, bytes], authority: Authority, tmp_path: Path) -> None:
    root = authority.write(tmp_path)
    stranger = tmp_path / "other"
    stranger.mkdir()
    for name, data in files.items():
        assert openssl_says(data, root, tmp_path), name
        assert not openssl_says(data, make_authority("CA lạ").write(stranger), tmp_path), "trust matters to it"
        for where, flipped in flips(data).items():
            assert not openssl_says(flipped, root, tmp_path), (name, where)


def test_pdfsig_agrees(files: dict[str, bytes], tmp_path: Path) -> None:
    for name, data in files.items():
        assert pdfsig_says(data, tmp_path) == [VALID], name
        assert pdfsig_says(attacks.one_byte_changed(data), tmp_path) != [VALID], name


@pytest.mark.parametrize("forge", [forgeries.cms_signature_byte, forgeries.cms_message_digest, forgeries.cms_of_another_file])
def test_all_three_refuse_a_spoiled_cms_object(forge: Callable[[Workshop], bytes], shop: Workshop, tmp_path: Path) -> None:
    """What we call V01 or V15 is no quirk of our library."""
    forged = forge(shop)
    assert not openssl_says(forged, shop.authority.write(tmp_path), tmp_path)
    assert pdfsig_says(forged, tmp_path) != [VALID]


def test_pdfsig_calls_the_shadow_attacks_valid(shop: Workshop, tmp_path: Path) -> None:
    """Why it is no oracle beyond the cryptography: coverage and later changes are left to its reader."""
    assert pdfsig_says(forgeries.shadow_hide(shop), tmp_path) == [VALID]
    assert pdfsig_says(attacks.isa_without_eof(shop.sign(form_file(shop.plain))), tmp_path) == [VALID]
