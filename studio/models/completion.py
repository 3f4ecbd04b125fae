"""Completing a prompt of the form "CONCEPT, STYLE style on a COLOUR background" while it is typed."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["concept", "style", "background"]

# Only this much before the cursor is looked at, so that a key press costs the same in a long prompt.
WINDOW = 200

# No concept is looked for by these words in the middle of its name.
_SMALL_WORDS = frozenset({"a", "an", "and", "in", "of", "on", "the", "to", "with"})

_WORD = re.compile(r"\S+")
_WORD_REST = re.compile(r"[\w-]*")
_COLOUR = re.compile(r"\bon\s+an?\s+(?P<typed>[^,]*)$", re.IGNORECASE)
_TOWARDS_COLOUR = re.compile(r"(?:\s+(?:o|on|on\s+an?)?)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Concept:
    """Something a model draws: the name it was trained on, other words for it, and the styles there are of it."""

    name: str
    tags: tuple[str, ...] = ()
    styles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Completion:
    """Put `text` in the place of `start` to `end` of the prompt.

    `found_by` is the tag that led to a concept whose name the user did not type, otherwise empty.
    """

    text: str
    start: int
    end: int
    kind: Kind
    found_by: str = ""

    def apply(self, prompt: str) -> tuple[str, int]:
        """The new prompt, and the cursor behind what was put in."""
        return prompt[: self.start] + self.text + prompt[self.end :], self.start + len(self.text)


@dataclass(frozen=True, order=True)
class _Key:
    """One way to find a concept: by its name (rank 0), by a later word of its name (1), by a tag (2)."""

    text: str
    rank: int
    name: str


class Completer:
    """Finds what the words before the cursor may become."""

    def __init__(self, concepts: Iterable[Concept], styles: Sequence[str], backgrounds: Sequence[str]) -> None:
        self._concepts = {concept.name.lower(): concept for concept in concepts}
        self._styles = tuple(styles)
        self._backgrounds = tuple(f"{colour} background" for colour in backgrounds)
        self._keys = sorted(set(self._all_keys()))
        self._longest = max((len(key.text.split()) for key in self._keys), default=0)

    def complete(self, text: str, cursor: int, limit: int) -> list[Completion]:
        """At most `limit` completions, the likeliest first.

        A concept is found by the beginning of its name, of a later word of its name, or of a tag. Behind a concept
        come its styles and the backgrounds, behind a style the backgrounds.
        """
        skipped = max(0, cursor - WINDOW)
        before = text[skipped:cursor]
        in_word = bool(before[-1:].strip())
        rest = _WORD_REST.match(text, cursor)
        end = rest.end() if rest and in_word else cursor
        found = list(self._find(before, at_end=not text[cursor:].strip()))[:limit]
        return [
            replace(one, start=one.start + skipped, end=_with_following_words(text, end, one.text)) for one in found
        ]

    def _find(self, before: str, *, at_end: bool) -> Iterator[Completion]:
        colour = _COLOUR.search(before)
        if colour:
            yield from _beginning(self._backgrounds, colour["typed"], colour.start("typed"), "background")
        elif "," in before:
            yield from self._after_comma(before, at_end=at_end)
        else:
            if at_end:
                yield from self._after_concept(before)
            yield from self._named(before)

    def _after_comma(self, before: str, *, at_end: bool) -> Iterator[Completion]:
        head, _, tail = before.rpartition(",")
        typed = tail.lstrip()
        start = len(before) - len(typed)
        concept = self._at_end_of(head)
        styles = [f"{style} style" for style in (concept.styles if concept else self._styles)]
        space = " " if typed == tail else ""
        for one in _beginning(styles, typed, start, "style"):
            yield replace(one, text=space + one.text)
        for style in styles:
            if at_end and typed.lower().startswith(style.lower()) and _TOWARDS_COLOUR.fullmatch(typed[len(style) :]):
                yield from self._on_backgrounds(start + len(style))

    def _after_concept(self, before: str) -> Iterator[Completion]:
        towards = _TOWARDS_COLOUR.search(before)
        place = towards.start() if towards else len(before)
        concept = self._at_end_of(before[:place])
        if concept is None:
            return
        if not before[place:].strip():
            for style in concept.styles:
                yield Completion(f", {style} style", place, 0, "style")
        yield from self._on_backgrounds(place)

    def _on_backgrounds(self, start: int) -> Iterator[Completion]:
        for background in self._backgrounds:
            yield Completion(f" on a {background}", start, 0, "background")

    def _at_end_of(self, text: str) -> Concept | None:
        """The concept whose name the text ends with, the longest if there are several."""
        words = text.lower().split()[-self._longest :]
        names = (" ".join(words[first:]) for first in range(len(words)))
        return next((self._concepts[name] for name in names if name in self._concepts), None)

    def _named(self, before: str) -> Iterator[Completion]:
        """Concepts for as many of the last words as lead to one; behind a whole name only those it is part of."""
        places = [word.start() for word in _WORD.finditer(before)][-self._longest :]
        whole = self._at_end_of(before)
        if whole is not None:
            places = [places[-len(whole.name.split())]]
        space = " " if before[-1:].isspace() else ""
        for place in places:
            typed = " ".join(before[place:].lower().split())
            keys = self._beginning_with(typed + space)
            if keys:
                yield from self._ordered(keys, typed, place)
                return

    def _ordered(self, keys: list[_Key], typed: str, place: int) -> Iterator[Completion]:
        """Names that begin so, then whole words and tags, then beginnings of words, then of tags; short names first."""
        best: dict[str, tuple[int, str]] = {}
        for key in keys:
            mark = (min(key.rank, 1) if key.text == typed else 2 * key.rank, key.text if key.rank == 2 else "")
            best[key.name] = min(mark, best.get(key.name, mark))
        for name in sorted(best, key=lambda name: (best[name][0], len(name), name)):
            if name.lower() != typed:
                yield Completion(name, place, 0, "concept", found_by=best[name][1])

    def _beginning_with(self, typed: str) -> list[_Key]:
        first = bisect_left(self._keys, typed, key=lambda key: key.text)
        last = bisect_left(self._keys, typed + "\U0010ffff", key=lambda key: key.text)
        return self._keys[first:last]

    def _all_keys(self) -> Iterator[_Key]:
        for lower, concept in self._concepts.items():
            yield _Key(lower, 0, concept.name)
            for word in _WORD.finditer(lower):
                if word.start() > 0 and word.group() not in _SMALL_WORDS:
                    yield _Key(lower[word.start() :], 1, concept.name)
            for tag in concept.tags:
                yield _Key(tag.lower(), 2, concept.name)


def _beginning(choices: Iterable[str], typed: str, start: int, kind: Kind) -> Iterator[Completion]:
    """Those choices that begin with what is typed and are not all of it."""
    wanted = typed.lower()
    for choice in choices:
        if choice.lower().startswith(wanted) and len(choice) > len(typed.rstrip()):
            yield Completion(choice, start, 0, kind)


def _with_following_words(text: str, end: int, inserted: str) -> int:
    """Where the replaced part ends: behind the words after the cursor that the inserted text ends with as well."""
    for space in re.finditer(r"\s", inserted):
        words = inserted[space.start() :]
        if text.startswith(words, end):
            return end + len(words)
    return end
