"""One exception for whatever goes wrong with the peer, and the table that turns an answer's status into its class."""

import re

from workstation.domain.outbox import FailureClass

_FIELD = re.compile(r"[A-Za-z0-9_.-]{1,80}")

BY_STATUS: dict[int, FailureClass] = {
    400: FailureClass.KHONG_HOP_LE,
    401: FailureClass.XAC_THUC,
    403: FailureClass.QUYEN,
    404: FailureClass.HET_HAN,
    408: FailureClass.MANG,
    409: FailureClass.XUNG_DOT,
    410: FailureClass.HET_HAN,
    412: FailureClass.XUNG_DOT,
    413: FailureClass.KHONG_HOP_LE,
    415: FailureClass.KHONG_HOP_LE,
    422: FailureClass.KHONG_HOP_LE,
    429: FailureClass.QUA_TAI,
    460: FailureClass.SAI_BAM,
    503: FailureClass.QUA_TAI,
    507: FailureClass.QUA_TAI,
}
"""Status → class. The code decides, never the wording of a message."""


class WardFailure(Exception):  # noqa: N818 - the contract's word
    """A call failed. ``retry_after``: seconds the peer asked for. ``field``: which one it refused. ``status``: 0: no answer.

    ``sent``: whether the request may have reached the peer. ``silent``: nothing moved until the time-out.
    """

    def __init__(
        self,
        failure: FailureClass,
        *,
        retry_after: float | None = None,
        field: str = "",
        detail: str = "",
        status: int = 0,
        sent: bool = True,
        silent: bool = False,
    ) -> None:
        super().__init__(failure.name, status)
        self.failure = failure
        self.retry_after = retry_after
        # the name comes from outside and ends in logs and on the screen: only what can be a field's name passes
        self.field = field if _FIELD.fullmatch(field) else ""
        self.detail = detail
        self.status = status
        self.sent = sent
        self.silent = silent


def classify(status: int) -> FailureClass:
    """The class of an answer that is no success."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return FailureClass.MAY_CHU
    # an unexpected success, a redirect (captive portal), an unknown refusal: what happened is not known
    return FailureClass.KHONG_HOP_LE if status >= 400 else FailureClass.KHONG_RO


def retry_after_seconds(header: str) -> float | None:
    """Seconds from ``Retry-After`` (RFC 9110, section 10.2.3), at most one day; dates and nonsense give None."""
    return float(min(int(header), 86_400)) if re.fullmatch(r"[0-9]{1,9}", header.strip()) else None
