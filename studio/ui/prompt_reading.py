"""What the chosen model makes of a prompt while it is typed. Loads neither torch nor weights."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from studio.errors import StudioError
from studio.models.tokens import PromptTokens, TokenCount
from studio.models.vocabulary import FILE_NAME, Completion, Vocabulary


class PromptReading:
    """Reads prompts as one model would. `folder_of` finds the folder of a model by name."""

    def __init__(self, folder_of: Callable[[str], Path]) -> None:
        self._folder_of = folder_of
        self._model = ""
        self._tokens: PromptTokens | None = None
        self._vocabulary: Vocabulary | None = None

    def choose(self, model: str) -> None:
        """Read as `model` from now on. A model that cannot be read here leaves prompts uncounted."""
        if model == self._model:
            return
        self._model, self._tokens, self._vocabulary = model, None, None
        try:
            folder = self._folder_of(model)
            self._tokens = PromptTokens.open(folder / "tokenizer")
            if (folder / FILE_NAME).is_file():
                self._vocabulary = Vocabulary.open(folder)
        except StudioError:
            # The run itself says what is wrong with the model; here there is only nothing to count.
            return

    def count(self, prompt: str) -> TokenCount | None:
        """How many tokens the model reads, or None where nobody knows."""
        return self._tokens.read(prompt) if self._tokens else None

    @property
    def knows_words(self) -> bool:
        """Whether the model says what it knows."""
        return self._vocabulary is not None

    def complete(self, prompt: str, cursor: int) -> list[Completion]:
        """What may be meant by the words before the cursor."""
        return self._vocabulary.complete(prompt, cursor) if self._vocabulary else []

    def examples(self, count: int, seed: int) -> list[str]:
        """Prompts that the model draws well."""
        return self._vocabulary.examples(count, seed) if self._vocabulary else []
