"""What a model says it knows: concepts, styles and backgrounds, with completion while a prompt is typed.

A model folder may hold a `vocabulary.json`. It is a stranger's file: its size, its shape and every text in it are
checked, and its templates are filled by plain replacement. No torch.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from studio.errors import RefusedFile
from studio.models.completion import Completer, Completion, Concept
from studio.models.json_file import read_json_object

FILE_NAME = "vocabulary.json"
FILE_MAXIMUM = 4_000_000

Text = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\x00-\x1f]+$")
]


class _ConceptFile(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    tags: list[Text] = Field(default_factory=list, max_length=200)
    styles: list[Text] = Field(default_factory=list, max_length=50)


class _VocabularyFile(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore")

    concepts: dict[Text, _ConceptFile] = Field(min_length=1, max_length=20_000)
    styles: list[Text] = Field(default_factory=list, max_length=50)
    backgrounds: list[Text] = Field(default_factory=list, max_length=200)
    templates: list[Annotated[str, Field(max_length=200)]] = Field(default_factory=list, max_length=20)


class Vocabulary:
    """Concepts (by name), styles and backgrounds of one model."""

    def __init__(
        self, concepts: Iterable[Concept], styles: Sequence[str], backgrounds: Sequence[str], templates: Sequence[str]
    ) -> None:
        """`templates` are prompts with `{concept}`, `{style}` and `{background}` in them; the first is needed."""
        self.concepts = {concept.name: concept for concept in concepts}
        self.styles = tuple(styles)
        self.backgrounds = tuple(backgrounds)
        self._templates = tuple(template for template in templates if "{concept}" in template)
        self._completer = Completer(self.concepts.values(), self.styles, self.backgrounds)

    @classmethod
    def open(cls, model_folder: Path) -> Vocabulary:
        """The vocabulary of the model in that folder. Raises `RefusedFile` if there is none or it is damaged."""
        path = model_folder / FILE_NAME
        try:
            read = _VocabularyFile.model_validate(read_json_object(path, FILE_MAXIMUM))
        except ValidationError as problem:
            first = problem.errors(include_url=False, include_context=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"])[:80]
            raise RefusedFile(f"The file {path} is damaged at '{place}': {first['msg']}.") from None
        concepts = (
            Concept(name, tuple(entry.tags), tuple(style for style in read.styles if style in entry.styles))
            for name, entry in read.concepts.items()
        )
        return cls(concepts, read.styles, read.backgrounds, read.templates)

    def examples(self, count: int, seed: int = 0) -> list[str]:
        """`count` different prompts that the model draws well, or as many as it has concepts; the same for a seed."""
        draw = random.Random(seed)
        names = draw.sample(sorted(self.concepts), min(count, len(self.concepts)))
        return [self._example(self.concepts[name], draw) for name in names]

    def complete(self, text: str, cursor: int, limit: int = 20) -> list[Completion]:
        """What may be meant by the words before `cursor` (in characters), the likeliest first, at most `limit`."""
        # One more is asked for, because one of them may stand there already.
        found = self._completer.complete(text, cursor, limit + 1)
        return [one for one in found if one.apply(text)[0] != text][:limit]

    def _example(self, concept: Concept, draw: random.Random) -> str:
        fitting = [template for template in self._templates if self._fits(template, concept)]
        template = draw.choice(fitting or ["{concept}"])
        filled = template.replace("{concept}", concept.name)
        if "{style}" in filled:
            filled = filled.replace("{style}", draw.choice(concept.styles))
        if "{background}" in filled:
            filled = filled.replace("{background}", draw.choice(self.backgrounds))
        return filled

    def _fits(self, template: str, concept: Concept) -> bool:
        return ("{style}" not in template or bool(concept.styles)) and (
            "{background}" not in template or bool(self.backgrounds)
        )
