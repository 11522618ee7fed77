"""Putting roots in and listing them: only an authority's certificate, whole files, and nothing that can't be read back."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.roots import candidate, install, roots
from tests.unit.signing.pki import Authority, make_authority, new_key
from workstation.domain.errors import WorkstationError
from workstation.domain.signing import TrustStore


def test_an_authority_s_certificate_goes_in_and_is_listed(authority: Authority, tmp_path: Path) -> None:
    pem = authority.write(tmp_path)
    der = tmp_path / "root.cer"
    der.write_bytes(authority.certificate.public_bytes(Encoding.DER))
    assert candidate(pem).sha256 == candidate(der).sha256
    first = install(pem, tmp_path / "trust" / "government")
    assert install(der, tmp_path / "trust" / "government") == first, "the same certificate is the same file"
    (listed,) = roots(TrustStore(government_roots=(first,)))
    assert (listed.kind, listed.subject, listed.sha256) == ("government", "CA thử nghiệm", candidate(pem).sha256)
    assert [path.name for path in first.parent.iterdir()] == [f"{listed.sha256}.pem"]


def test_what_is_no_authority_stays_out(authority: Authority, tmp_path: Path) -> None:
    user = authority.issue(new_key().public_key())
    signs_nothing = authority.issue(new_key().public_key(), ca=True, usage=("digital_signature",))
    cases = {
        "user.pem": user.public_bytes(Encoding.PEM),
        "odd.pem": signs_nothing.public_bytes(Encoding.PEM),
        "two.pem": b"".join(make_authority().certificate.public_bytes(Encoding.PEM) for _ in range(2)),
        "text.pem": b"just text",
        "empty.pem": b"",
        "training.pem": make_authority("CA TẬP HUẤN").certificate.public_bytes(Encoding.PEM),
        "cut.cer": authority.certificate.public_bytes(Encoding.DER)[:200],
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(WorkstationError, match="U01"):
            candidate(tmp_path / name)
    with pytest.raises(WorkstationError, match="F07"):
        candidate(tmp_path / "none.pem")
    with pytest.raises(WorkstationError, match="M06"):
        roots(TrustStore(roots=(tmp_path / "text.pem",)))
