"""Mixed forgeries: none is green, and what they lie over is."""

from collections.abc import Callable

import pymupdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from tests.unit.signing.judging import Judge
from tests.unit.signing.mixes import (
    MIXES,
    hybrid_update_replaces_page,
    page_replaced_then_stamped,
    stream_update_replaces_page,
    with_archive_data,
    with_stamp,
)
from tests.unit.signing.pki import rsa_key
from tests.unit.signing.workshop import Workshop, signer_of
from workstation.domain.signature import Verdict


@pytest.mark.parametrize("forge", MIXES, ids=lambda forge: forge.__name__)
def test_no_mix_is_green(forge: Callable[[Workshop], bytes], shop: Workshop, judge: Judge) -> None:
    verdict = judge(forge(shop))
    assert not verdict.green and verdict.verdict is not Verdict.UNSIGNED and verdict.reasons


def test_what_they_lie_over_is_green(shop: Workshop, judge: Judge) -> None:
    assert judge(with_stamp(shop, shop.good)).green
    assert judge(with_archive_data(shop, shop.good)).green
    assert judge(with_stamp(shop, with_archive_data(shop, with_stamp(shop, shop.good)))).green


@pytest.mark.parametrize("forge", [hybrid_update_replaces_page, stream_update_replaces_page, page_replaced_then_stamped])
def test_a_viewer_shows_the_forged_page(forge: Callable[[Workshop], bytes], shop: Workshop) -> None:
    """Otherwise nothing would be proven by refusing them."""
    with pymupdf.open(stream=forge(shop), filetype="pdf") as pdf:
        assert "FORGED" in pdf[0].get_text()


def test_a_stamp_over_a_forged_page_vouches_for_itself_only(shop: Workshop, judge: Judge) -> None:
    first, stamp = judge(page_replaced_then_stamped(shop)).signatures
    assert (first.indication, stamp.indication) == ("TOTAL-FAILED", "TOTAL-PASSED") and first.changes_after == "content"


def test_a_name_without_end_is_cut(shop: Workshop, judge: Judge) -> None:
    """64 letters are what a certificate allows (RFC 5280, A.1); nobody holds a forger to it, and a window would hang over it."""
    key, issuer = rsa_key(), shop.authority
    with pytest.warns(UserWarning, match="length"):
        long = x509.Name(
            [x509.NameAttribute(oid, "Ký " * 30_000, _validate=False) for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME)]
        )
    made = issuer.issue(key.public_key())
    builder = x509.CertificateBuilder(
        issuer.certificate.subject, long, key.public_key(), made.serial_number, made.not_valid_before_utc,
        made.not_valid_after_utc, list(made.extensions),
    )  # fmt: skip
    (one,) = judge(shop.sign(shop.plain, signer=signer_of(key, builder.sign(issuer.key, hashes.SHA256())))).signatures
    assert one.signer.startswith("Ký Ký") and one.signer.endswith("…") and len(one.signer) == len(one.organization) == 256
