"""What people type, compared without regard to case and diacritics."""

from workstation.domain.folding import unmarked


def plain(text: str) -> str:
    """Small letters without marks, white space collapsed: ``Giấy  khai sinh`` → ``giay khai sinh``."""
    return " ".join(unmarked(text).split())


def rank(typed: str, name: str, code: str = "") -> int | None:
    """How well a name answers to what was typed, the best first; None: not at all.

    Two or three letters are enough: of the code (``qđ``), the first letters of the words (``gks``), the beginning of the name or
    of a word in it, or anything in it.
    """
    wanted, words = plain(typed), plain(name)
    if not wanted:
        return 0
    initials = "".join(word[0] for word in words.split())
    tests = (
        words == wanted or plain(code).replace("_", " ") == wanted,
        initials == wanted.replace(" ", ""),
        words.startswith(wanted),
        initials.startswith(wanted),
        f" {wanted}" in words,
        plain(code).startswith(wanted),
        wanted in words,
    )
    return next((n for n, true in enumerate(tests) if true), None)


def best(typed: str, offered: tuple[tuple[str, str], ...]) -> list[int]:
    """Indices of the (code, name) that answer, the best first; among equals the shorter name, then the order given."""
    ranked = [(found, len(name), n) for n, (code, name) in enumerate(offered) if (found := rank(typed, name, code)) is not None]
    return [n for _, _, n in (sorted(ranked) if plain(typed) else ranked)]
