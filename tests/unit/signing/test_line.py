"""Rewritten addresses and the breaker, by themselves; the line as a whole is in ``test_levels``."""

import asyncio

import pytest

from signing.line import PAUSE_SECONDS, Breaker, Line, LineError, known_rewrites, rewrite
from tests.unit.signing.outside import Outside


def test_shipped_table_names_the_governments_old_responder() -> None:
    """regulations: certificates of the first years name an intranet host."""
    assert rewrite("http://ocsp.ca.ptc/ocsp?a=1", known_rewrites()) == "http://ocsp.ca.gov.vn/ocsp?a=1"
    assert rewrite("HTTP://OCSP.CA.PTC", known_rewrites()) == "http://ocsp.ca.gov.vn"


@pytest.mark.parametrize(
    "url",
    [
        "http://ocsp.ca.ptc.attacker.example/", "http://attacker.example/http://ocsp.ca.ptc/", "https://ocsp.ca.ptc/",
        "http://ocsp.ca.ptc:8080/", "http://user@ocsp.ca.ptc/", "", "ocsp.ca.ptc",
    ],
)  # fmt: skip
def test_only_the_very_host_is_rewritten(url: str) -> None:
    assert rewrite(url, known_rewrites()) == url


def test_first_row_that_fits_is_taken() -> None:
    table = (("http://a.example", "http://b.example:81"), ("http://a.example", "http://c.example"))
    assert rewrite("http://a.example/x", table) == "http://b.example:81/x"


def test_breaker_closes_again_but_not_for_wrong_credentials() -> None:
    now = [0.0]
    breaker = Breaker(lambda: now[0])
    breaker.check("a")
    breaker.failed("a", "timeout")
    breaker.failed("b", "auth", for_good=True)
    with pytest.raises(LineError) as caught:
        breaker.check("a")
    assert (caught.value.kind, caught.value.first) == ("paused", "timeout")
    now[0] = PAUSE_SECONDS
    breaker.check("a")
    now[0] = 1e9
    with pytest.raises(LineError):
        breaker.check("b")
    breaker.failed("a", "timeout")
    breaker.worked("a")
    breaker.check("a")


@pytest.mark.parametrize("given", [True, False])
def test_only_where_credentials_were_given_a_refusal_is_for_good(outside: Outside, given: bool) -> None:
    """Asking on may lock an account. Where none is named, a hotel's log-in page or a careful server answers so for a while, and a
    desk that only lifts would ask for no CRL until the program is started again."""
    now = [0.0]
    outside.mode["crl"] = "auth"
    headers = {"Authorization": "Basic c2FpOnNhaQ=="} if given else {}

    async def ask() -> list[str]:
        line, kinds = Line(5, 100_000, breaker=Breaker(lambda: now[0])), []
        for moment in (0.0, 1.0, PAUSE_SECONDS + 1):
            now[0] = moment
            try:
                async with line.get(f"{outside.url}/crl", headers=headers):
                    kinds.append("")
            except LineError as error:
                kinds.append(error.kind)
        await line.close()
        return kinds

    assert asyncio.run(ask()) == ["auth", "paused", "paused" if given else "auth"]
    assert outside.asked["crl"] == (1 if given else 2)
