"""The errors of Reverie. Each carries one sentence that can be shown to the user as it is.

The command line turns them into exit codes, the window into a marked field or a banner.
Anything else that is raised is a defect of the program.
"""

from __future__ import annotations


class StudioError(Exception):
    """Something went wrong and `sentence` says what happened, what is kept and what to do."""

    exit_code = 1

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class InvalidField(StudioError):
    """A value that the user gave is not allowed. `field` is its name in the recipe (`steps`, `width`, …)."""

    exit_code = 2

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


class RefusedFile(StudioError):
    """A file or folder that is not accepted: foreign, damaged, dangerous or too large. Nothing was changed."""

    exit_code = 2


class StorageError(StudioError):
    """The disk said no: no space, no permission, an input/output error. No half-written file is left."""


class NotFinite(StudioError):
    """NaN or infinity appeared in the latent or in the picture."""


class OutOfMemory(StudioError):
    """The device has no memory left."""


class PluginFailure(StudioError):
    """A plugin did not do what it said. `plugin` is its id, `detail` is for its author."""

    def __init__(self, plugin: str, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.plugin, self.detail = plugin, detail


class CancelRequested(Exception):
    """The user cancelled. Not an error: it carries no sentence and ends a job as `Cancelled`."""

    exit_code = 130
