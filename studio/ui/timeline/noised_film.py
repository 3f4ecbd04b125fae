"""A picture at every level of q(x_t | x_0): the same strip, walked the other way. No Qt."""

from __future__ import annotations

from pathlib import Path

from studio.image import Image
from studio.job.facts import TrajectoryFacts
from studio.job.recipe import Recipe
from studio.job.view import AnyView, ForwardRequest, ViewKind
from studio.ui.timeline.film import Film


class NoisedFilm(Film):
    """Step k is the picture at the level that a run of `steps` steps reaches after k of them."""

    noised = True

    def __init__(self, picture: Path | Image, size: tuple[int, int], recipe: Recipe, beside: Film) -> None:
        """`recipe` gives model, seed and grid. What is known of the levels is taken from `beside`, a film of it."""
        same = beside.recipe is recipe
        super().__init__(recipe.sampling.steps, beside.timesteps if same else (), size)
        self._made = recipe
        self._picture = picture
        self.seed = recipe.seed
        self.done = self.steps
        self.recorded = frozenset(range(1, self.steps + 1))
        self.facts: TrajectoryFacts | None = beside.facts if same else None

    def request(self, step: int, kind: ViewKind, *, exact: bool) -> AnyView | None:
        if step not in self.recorded:
            return None
        sampling = self._made.sampling
        return ForwardRequest(
            self._picture,
            step,
            model=self._made.model,
            seed=self.seed,
            steps=self.steps,
            spacing=sampling.spacing,
            sampler=sampling.sampler,
            exact=exact,
        )

    def place_of(self, request: AnyView) -> tuple[int, ViewKind] | None:
        if isinstance(request, ForwardRequest) and request.picture is self._picture:
            return request.index, "x"
        return None
