"""What the chosen model makes of a prompt while it is typed. Loads neither torch nor weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.errors import StudioError
from studio.models.completion import Completion
from studio.models.tokens import PromptTokens, TokenCount
from studio.models.vocabulary import FILE_NAME, Vocabulary


class PromptReading:
    """Reads prompts as one model would. `folder_of` finds the folder of a model by name.

    Choosing a model is quick and opening it takes a moment: until then, and for a model that cannot be read here,
    prompts stay uncounted.
    """

    def __init__(self, folder_of: Callable[[str], Path]) -> None:
        self._folder_of = folder_of
        self._folder: Path | None = None
        self._opened = False
        self._tokens: PromptTokens | None = None
        self._vocabulary: Vocabulary | None = None

    def choose(self, model: str) -> None:
        """Read as `model` from now on, once it is opened."""
        try:
            folder = self._folder_of(model)
        except StudioError:
            folder = None
        if folder != self._folder:
            self._folder, self._opened, self._tokens, self._vocabulary = folder, False, None, None

    def open(self) -> None:
        """Open what the chosen model reads with."""
        if self._folder is None or self._opened:
            return
        self._opened = True
        try:
            self._tokens = PromptTokens.open(self._folder / "tokenizer")
            if self.knows_words:
                self._vocabulary = Vocabulary.open(self._folder)
        except StudioError:
            # The run itself says what is wrong with the model; here there is only nothing to count.
            return

    def count(self, prompt: str) -> TokenCount | None:
        """How many tokens the model reads, or None where nobody knows."""
        return self._tokens.read(prompt) if self._tokens else None

    @property
    def knows_words(self) -> bool:
        """Whether the model says what it knows."""
        return self._folder is not None and (self._folder / FILE_NAME).is_file()

    def complete(self, prompt: str, cursor: int) -> list[Completion]:
        """What may be meant by the words before the cursor."""
        return self._vocabulary.complete(prompt, cursor) if self._vocabulary else []

    def examples(self, count: int, seed: int) -> list[str]:
        """Prompts that the model draws well."""
        return self._vocabulary.examples(count, seed) if self._vocabulary else []
