"""Pages written down as words, for what reads fields: no image, no recogniser."""

from collections.abc import Sequence

from workstation.domain.page import Engine, PageText, UnreadArea, Word

WIDTH, HEIGHT, LINE, LETTER = 1240, 1754, 24, 12
"""Of a page of 150 dpi, pixels."""
LEFT, TOP, STEP = 100, 60, 40

Piece = tuple[str, float]
"""Text, and where on its line it begins, pixels."""


def written(*lines: str | Sequence[Piece], unread: tuple[UnreadArea, ...] = ()) -> PageText:
    """A page of these lines, top down. A text with ``|`` stands in the middle; pieces are lines level with each other, as a
    reader gives cells."""
    words: list[Word] = []
    number = 0
    for row, line in enumerate(lines):
        y = TOP + STEP * row
        middle = isinstance(line, str) and line.startswith("|")
        text = line.lstrip("|") if isinstance(line, str) else ""
        pieces = [(text, (WIDTH - LETTER * len(text)) / 2 if middle else LEFT)] if isinstance(line, str) else list(line)
        for part, left in pieces:
            x = float(left)
            for word in part.split():
                words.append(Word(word, (x, y, x + LETTER * len(word), y + LINE), 0.99, number))
                x += LETTER * (len(word) + 1)
            number += 1
    return PageText(WIDTH, HEIGHT, 150, tuple(words), Engine("truth", "1", "", ""), 0, unread=unread)
