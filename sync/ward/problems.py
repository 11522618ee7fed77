"""Refusals of the contract. The status decides; ``code`` and ``field`` say what to mend."""


class Problem(Exception):  # noqa: N818 - a refusal of the contract
    """Becomes ``{"error": {"code", "field"}}`` with ``status``. ``field`` is a path such as ``documents.0.fields.number``."""

    def __init__(self, status: int, code: str, field: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(status, code)
        self.status = status
        self.code = code
        self.field = field
        self.headers = headers or {}
