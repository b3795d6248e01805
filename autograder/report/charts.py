"""Small pictures for pages: inline SVG, as text that loads nothing, with a title that says what it shows.

Colours are those of the style sheet, light and dark; what they say is said by shape, place or number, too.
Lengths are those of a narrow screen in px, and grow with the page.
"""

from collections.abc import Sequence

from markupsafe import Markup

from autograder.report.safe import plain_block


WIDTH = 360
TEXT = 12
# A number stands in its part of a bar where that is so wide for each digit.
DIGIT = 9


def columns(counts: Sequence[int], labels: Sequence[str], title: str, height: int = 110) -> Markup:
    """A histogram: a column for each count, the count on top of it; `labels` stand below the edges, so
    that there is one more of them, or below the columns."""
    top, bottom, most = TEXT + 4, TEXT + 8, max((*counts, 1))
    step, room = WIDTH / len(counts), height - TEXT - 4 - TEXT - 8
    parts = []
    for place, count in enumerate(counts):
        size = room * count / most
        middle = (place + 0.5) * step
        if count:
            parts.append(_rectangle("named", place * step + 1.5, top + room - size, step - 3, size))
            parts.append(_text(str(count), middle, top + room - size - 4))
    parts.append(_line("axis", 0, top + room, WIDTH, top + room))
    at_edges = len(labels) > len(counts)
    for place, label in enumerate(labels):
        if not label:
            continue
        anchor = "middle"
        if at_edges:
            anchor = {0: "start", len(counts): "end"}.get(place, "middle")
        x = place * step if at_edges else (place + 0.5) * step
        parts.append(_text(label, x, height - bottom + TEXT + 5, anchor, "quiet"))
    return _picture(height, title, parts)


def parts(right: int, partly: int, wrong: int, title: str, height: int = 22) -> Markup:
    """One bar in three parts, full, striped and hollow, with the numbers in them."""
    total, at, drawn = max(right + partly + wrong, 1), 0.0, list[Markup]()
    for name, count in (("all", right), ("some", partly), ("none", wrong)):
        if not count:
            continue
        width = WIDTH * count / total
        drawn.append(_rectangle(name, at + 0.75, 0.75, max(width - 1.5, 0.5), height - 1.5))
        if name == "some":
            drawn += _stripes(at, width, height)
        if width > DIGIT * len(str(count)) + 6:
            label = _text(str(count), at + width / 2, height / 2 + TEXT / 2 - 1.5, "middle", f"in-{name}")
            if name == "some":
                box = DIGIT * len(str(count)) + 4
                drawn.append(_rectangle("plate", at + width / 2 - box / 2, 3, box, height - 6))
            drawn.append(label)
        at += width
    return _picture(height, title, drawn)


def curve(shares: Sequence[float], named: int, title: str, height: int = 170) -> Markup:
    """Shares from 0 to 1 that grow with how many of something there are: the first `named` with a line and
    full dots, the others, which might be, broken and hollow."""
    left, right, top, bottom = 40, 8, 10, TEXT + 12
    width, room = WIDTH - left - right, height - top - bottom

    def x(place: float) -> float:
        return left + width * place / max(len(shares), 1)

    def y(share: float) -> float:
        return top + room * (1 - share)

    drawn = []
    for percent in (0, 50, 100):
        drawn.append(
            _line("grid" if percent else "axis", left, y(percent / 100), WIDTH - right, y(percent / 100))
        )
        drawn.append(_text(f"{percent}%", left - 5, y(percent / 100) + 4, "end", "quiet"))
    points = [(0.0, 0.0), *((float(place), share) for place, share in enumerate(shares, start=1))]
    for some, kind in ((points[: named + 1], "line"), (points[named:], "broken")):
        if len(some) > 1:
            drawn.append(_path(kind, [(x(place), y(share)) for place, share in some]))
    few = len(shares) <= 40
    for number, (place, share) in enumerate(points[1:], start=1):
        if few or number in (named, len(shares)):
            drawn.append(_dot("named" if number <= named else "hollow", x(place), y(share)))
    for place in sorted({1, named, len(shares)} - {0}):
        if place in (named, len(shares)) or x(named or len(shares)) - x(place) > 3 * DIGIT:
            drawn.append(_text(str(place), x(place), height - bottom + TEXT + 4, "middle", "quiet"))
    return _picture(height, title, drawn)


def dots(values: Sequence[float], most: float, middle: float | None, title: str, height: int = 26) -> Markup:
    """Where values lie between 0 and `most`: a dot each, seen through, and a line at the middle one."""
    room = WIDTH - 12
    drawn = [_line("axis", 6, height - 5, WIDTH - 6, height - 5)]
    for value in values:
        drawn.append(
            _dot("seen-through", 6 + room * min(max(value / most, 0.0), 1.0) if most else 6, height / 2 - 2)
        )
    if middle is not None and most:
        at = 6 + room * min(max(middle / most, 0.0), 1.0)
        drawn.append(_line("middle", at, 2, at, height - 2))
    return _picture(height, title, drawn)


def _picture(height: float, title: str, drawn: Sequence[Markup]) -> Markup:
    head = Markup('<svg class="chart" viewBox="0 0 {} {}" role="img"><title>{}</title>')
    return Markup("").join(
        (head.format(WIDTH, _number(height), plain_block(title)), *drawn, Markup("</svg>"))
    )


def _rectangle(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    numbers = map(_number, (x, y, width, height))
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(kind, *numbers)


def _line(kind: str, *ends: float) -> Markup:
    return Markup('<line class="{}" x1="{}" y1="{}" x2="{}" y2="{}"/>').format(kind, *map(_number, ends))


def _dot(kind: str, x: float, y: float) -> Markup:
    return Markup('<circle class="{}" cx="{}" cy="{}" r="3.5"/>').format(kind, _number(x), _number(y))


def _path(kind: str, points: Sequence[tuple[float, float]]) -> Markup:
    steps = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, steps)


def _stripes(at: float, width: float, height: float) -> list[Markup]:
    """Slanted lines within a part of a bar."""
    gap, found = 7.0, []
    for number in range(int(width / gap)):
        x = at + gap * (number + 0.5)
        found.append(_line("stripe", x, height - 2, min(x + height / 3, at + width - 1), 2))
    return found


def _text(text: str, x: float, y: float, anchor: str = "middle", kind: str = "label") -> Markup:
    markup = Markup('<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>')
    return markup.format(kind, _number(x), _number(y), anchor, plain_block(text))


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
