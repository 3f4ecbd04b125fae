"""Views of recorded runs as pictures. What the record does not hold is asked of the network again, with one call."""

from __future__ import annotations

import torch
from torch import Tensor

from studio.errors import RefusedFile, StudioError
from studio.generation.denoising import denoiser_of
from studio.generation.inpainting.ground import ground_of, in_its_picture
from studio.generation.run import failure
from studio.generation.segments import segments
from studio.generation.services import Services
from studio.job.view import SIGNED_KINDS, ViewReady, ViewRequest
from studio.models.model import Model
from studio.trajectory.packing import DAMAGED
from studio.trajectory.record import Trajectory, TrajectoryHeader
from studio.trajectory.views import NOT_KEPT, MissingStep, departure, quantity, signed_picture


def view(request: ViewRequest, services: Services, *, may_load: bool = True) -> ViewReady:
    """The picture of a step, or a sentence. Never raises.

    Without `may_load` only the model that is loaded already is used: a run works with it, and there may be no memory
    for two.
    """
    try:
        return _view(request, services, may_load)
    except MissingStep as problem:
        return ViewReady(request, None, problem.sentence, missing=True)
    except Exception as problem:
        return ViewReady(request, None, failure(0, problem).sentence)


def _view(request: ViewRequest, services: Services, may_load: bool) -> ViewReady:
    trajectory = services.trajectories.find(request.trajectory) if services.trajectories else None
    if trajectory is None:
        raise MissingStep(NOT_KEPT)
    model = model_of(trajectory.header, services, may_load)
    check_shapes(trajectory, model)
    if request.kind == "guidance":
        latent = guidance_difference(trajectory, request.step, model, services)
    else:
        latent = quantity(trajectory, request.step, request.kind)
    if request.kind in SIGNED_KINDS:
        image, gain = signed_picture(latent, model.previews.linear)
        return ViewReady(request, image, gain=gain)
    if not request.exact:
        return ViewReady(request, model.previews.picture("linear", latent))
    image = model.decode(latent)
    # What is expected, as it would be put back; x is shown as it is, noise and all.
    whole = in_its_picture(image, trajectory.header.recipe, services.sources) if request.kind == "x0" else image
    return ViewReady(request, whole)


def model_of(header: TrajectoryHeader, services: Services, may_load: bool = True) -> Model:
    """The model that a run was made with. Raises `StudioError` for one that is not loaded or has other weights."""
    name = header.recipe.model
    if not may_load and not services.models.is_loaded(name):
        raise StudioError(
            f"This run was made with the model '{name}', which can be opened when the present run is over."
        )
    model = services.models.get(name)
    if model.facts.hash != header.model_hash:
        raise StudioError(
            f"These steps were recorded with other weights of the model '{name}'. Open that model to see them."
        )
    return model


def check_shapes(trajectory: Trajectory, model: Model) -> None:
    """Raise `RefusedFile` if the recorded states are none of this model and this recipe."""
    recipe = trajectory.header.recipe
    wanted = (1, *model.latent_shape(recipe.width, recipe.height))
    if any(tuple(state.x.shape) != wanted for state in trajectory.states.values()):
        raise RefusedFile(DAMAGED)


@torch.inference_mode()
def guidance_difference(trajectory: Trajectory, step: int, model: Model, services: Services) -> Tensor:
    """eps_c - eps_u where step number `step` started, shape (1, C, h, w), from one network call of two.

    With the prompts of the recipe that walked this step: before a branch point that is the parent's.
    """
    start = departure(trajectory, step)
    parts = segments(trajectory.header.recipe, model.facts.schedule, services.methods)
    recipe = next(part.recipe for part in parts if part.first < step <= part.last)
    network = ground_of(recipe, model, services.sources).network(model)
    denoiser = denoiser_of(recipe, model, network, services.methods.guidance)
    unconditional, conditional = denoiser.both(start.x.to(model.device, model.dtype), start.level)
    return (conditional.eps - unconditional.eps).float().cpu()
