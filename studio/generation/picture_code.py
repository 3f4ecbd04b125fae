"""The code that a picture began from."""

from __future__ import annotations

from studio.errors import StudioError
from studio.generation.code_facts import code_facts
from studio.generation.code_start import CodeStart
from studio.generation.seed_code import noise_facts, seed_code
from studio.generation.segments import segments
from studio.generation.services import Services
from studio.job.code import NAME_MAXIMUM, Between, CodeFacts, FromCode
from studio.job.codes import KeepCode
from studio.job.recipe import FromStep, Noise, Recipe
from studio.trajectory.code_file import Code
from studio.trajectory.views import NOT_KEPT, state_at


def picture_code(wish: KeepCode, services: Services) -> Code:
    """The first state of a run as a code: the noise of its seed, the code or the mixture that it began from.

    Of a branch it is that of the run it came from. Any other state must be recorded; then its level is that of its
    step, and the run that goes on from there is told by its timesteps. Raises `StudioError`.
    """
    if wish.step > 0:
        return _recorded(wish.recipe, wish.trajectory, wish.step, wish.name, services)
    recipe, trajectory = wish.recipe, wish.trajectory
    while isinstance(start := recipe.start, FromStep):
        recipe, trajectory = start.parent, start.trajectory
    if isinstance(recipe.start, FromCode):
        if services.codes is None:
            raise StudioError("Codes are not kept here.")
        return services.codes.find(recipe.start.code)
    if recipe.inpaint is None and isinstance(recipe.start, Noise):
        code = seed_code(recipe, services.models.get(recipe.model))
        return Code(_named(code.facts, wish.name), code.x)
    if recipe.inpaint is None and isinstance(recipe.start, Between):
        return _between(recipe, recipe.start, wish.name, services)
    return _recorded(recipe, trajectory, 0, wish.name, services)


def _between(recipe: Recipe, start: Between, name: str, services: Services) -> Code:
    model = services.models.get(recipe.model)
    level = segments(recipe, model.facts.schedule, services.methods)[0].grid.levels[0]
    shape = model.latent_shape(recipe.width, recipe.height)
    found = CodeStart(start, level, model, shape, services.codes)
    told = f"{100 * start.fraction:.0f} % of the way"
    called = (name or f"{recipe.prompt[:60] or 'untitled'}, {told}")[:NAME_MAXIMUM]
    if found.is_noise:
        facts = noise_facts(recipe, model, called, "interpolation", told)
        return Code(facts, found.noise().float().contiguous())
    x = found.state()
    facts = code_facts(recipe, model, level, x, called, "interpolation", told)
    return Code(facts, x.float().contiguous())


def _recorded(recipe: Recipe, trajectory: str, step: int, name: str, services: Services) -> Code:
    store = services.trajectories
    record = store.find(trajectory) if store is not None and trajectory else None
    if record is None:
        raise StudioError(NOT_KEPT)
    model = services.models.get(recipe.model)
    x = state_at(record, step).x.detach().to("cpu", copy=True).float().contiguous()
    levels = record.header.levels
    told = f"step {step} of {record.header.steps}"
    facts = code_facts(
        recipe, model, levels[step], x, name or f"{recipe.prompt[:60] or 'untitled'}, {told}", "step", told
    ).model_copy(
        update={
            "model_hash": record.header.model_hash,
            "timesteps": tuple(level.timestep for level in levels[step:-1]),
            "steps": len(levels) - 1 - step,
        }
    )
    return Code(facts, x)


def _named(facts: CodeFacts, name: str) -> CodeFacts:
    return facts.model_copy(update={"name": name[:NAME_MAXIMUM]}) if name else facts
