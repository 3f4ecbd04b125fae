"""Trains the classifier on latents that the built-in model draws: `python plugins/classifier_guidance/train.py`.

Run it from a checkout after the built-in model changed, and look at the accuracies that it tells. It draws each thing
in all styles and on many backgrounds, and as many other things; adds noise of every level; and writes
`classifier.safetensors` beside itself. It takes some minutes.
"""

from __future__ import annotations

import math
import random
import sys
from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from classifier_guidance import CLASSES, WEIGHTS, logits, shapes
from safetensors.torch import save_file
from torch import Tensor
from tqdm import tqdm

from studio.models.device import Placement
from studio.models.loader import load_model
from studio.models.model import Model
from studio.models.vocabulary import Vocabulary
from studio.paths import starter_model
from studio.sampling.ddim import DDIM
from studio.sampling.denoiser import prediction
from studio.sampling.grid import timestep_grid
from studio.sampling.schedule import NoiseSchedule

OTHER = len(CLASSES)
EACH, OTHERS, WORDLESS, HELD_OUT = 40, 260, 60, 80
STEPS, SCALE, BATCH = 10, 5.0, 20
ITERATIONS, BATCH_TRAINED, LEARNING_RATE, DECAY = 4000, 64, 2e-3, 0.02
SHIFT = 2
LEVELS_TOLD = (100, 300, 500, 700, 850)
SEED = 2026

Examples = tuple[Tensor, Tensor]
"""States (n, 4, h, w), and log(sigma/alpha) (n,)."""


def prompts() -> list[tuple[str, int]]:
    """What is drawn, each with its class; no words at all are pictures of anything."""
    vocabulary, draw = Vocabulary.open(starter_model()), random.Random(SEED)
    things = [(title.lower(), number) for number, title in enumerate(CLASSES.values()) for _ in range(EACH)]
    others = sorted(set(vocabulary.concepts) - {name for name, _ in things})
    things += [(name, OTHER) for name in draw.choices(others, k=OTHERS)]
    found = [(_prompt(name, vocabulary, draw), number) for name, number in things] + [("", OTHER)] * WORDLESS
    draw.shuffle(found)
    return found


def _prompt(name: str, vocabulary: Vocabulary, draw: random.Random) -> str:
    background = draw.choice(["", *vocabulary.backgrounds])
    return f"{name}, {draw.choice(vocabulary.styles)} style" + (f" on a {background} background" if background else "")


@torch.inference_mode()
def drawn(model: Model, words: Sequence[str], seed: int, steps: int = STEPS) -> Tensor:
    """Latents (n, 4, 16, 16) by DDIM(0), guided where there are words."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn((len(words), *model.latent_shape(*model.facts.native_size)), generator=generator)
    conditional = torch.cat([model.conditioning(text) for text in words])
    both = torch.cat([model.conditioning("").expand_as(conditional), conditional])
    schedule, parametrisation = model.facts.schedule, model.facts.parametrisation
    for level, after in pairwise(timestep_grid(schedule, steps, "trailing", DDIM.info).levels):
        without, having = model.network(torch.cat([x, x]), level, both).chunk(2)
        pair = prediction(without + SCALE * (having - without), x, level, parametrisation, schedule)
        x = after.alpha * pair.x0 + after.sigma * pair.eps
    return x.clone()


def noised(latents: Tensor, indices: Tensor, schedule: NoiseSchedule, generator: torch.Generator) -> Examples:
    """The latents, each at the trained level of its number in `indices` (n,)."""
    alphas, sigmas = (torch.from_numpy(part.copy()).float()[indices] for part in (schedule.alphas, schedule.sigmas))
    noise = torch.randn(latents.shape, generator=generator)
    x = alphas[:, None, None, None] * latents + sigmas[:, None, None, None] * noise
    return x, (sigmas / alphas).log()


def varied(latents: Tensor, generator: torch.Generator) -> Tensor:
    """All moved alike, by up to two cells, and one half of the time mirrored."""
    right, down, mirrored = (int(n) for n in torch.randint(0, 2 * SHIFT + 1, (3,), generator=generator))
    wide = F.pad(latents, (SHIFT,) * 4, mode="replicate")
    moved = wide[..., down : down + latents.shape[-2], right : right + latents.shape[-1]]
    return moved.flip(-1) if mirrored % 2 else moved


def fitted(latents: Tensor, labels: Tensor, schedule: NoiseSchedule) -> dict[str, Tensor]:
    """The weights after all iterations, with a learning rate that falls like a cosine."""
    generator = torch.Generator().manual_seed(SEED)
    weights = begun(generator)
    optimizer = torch.optim.AdamW(weights.values(), LEARNING_RATE, weight_decay=DECAY)
    falling = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, ITERATIONS)
    for _ in tqdm(range(ITERATIONS), "training"):
        chosen = torch.randint(0, len(latents), (BATCH_TRAINED,), generator=generator)
        indices = torch.randint(0, len(schedule), (BATCH_TRAINED,), generator=generator)
        x, log_ratio = noised(varied(latents[chosen], generator), indices, schedule, generator)
        optimizer.zero_grad()
        F.cross_entropy(logits(weights, x, log_ratio), labels[chosen]).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        falling.step()
    return {name: tensor.detach() for name, tensor in weights.items()}


def begun(generator: torch.Generator) -> dict[str, Tensor]:
    """Weights to begin with: by the number of inputs (He et al. 2015), and noise that says nothing yet."""
    found = {name: torch.zeros(shape) for name, shape in shapes().items()}
    for name, tensor in found.items():
        if name.endswith("weight") and "noise" not in name:
            tensor.normal_(0.0, math.sqrt(2.0 / tensor[0].numel()), generator=generator)
        tensor.requires_grad_()
    return found


def accuracy(
    weights: Mapping[str, Tensor], latents: Tensor, labels: Tensor, index: int, schedule: NoiseSchedule
) -> float:
    """The part of the latents that are known at the trained level of that number."""
    indices = torch.full((len(latents),), index)
    found = logits(weights, *noised(latents, indices, schedule, torch.Generator().manual_seed(index)))
    return float((found.argmax(dim=1) == labels).float().mean())


def main() -> None:
    model = load_model(starter_model(), Placement(torch.device("cpu"), torch.float32))
    wanted = prompts()
    parts = [wanted[at : at + BATCH] for at in range(0, len(wanted), BATCH)]
    latents = torch.cat(
        [drawn(model, [text for text, _ in part], SEED + at) for at, part in enumerate(tqdm(parts, "drawing"))]
    )
    labels = torch.tensor([number for _, number in wanted])
    weights = fitted(latents[HELD_OUT:], labels[HELD_OUT:], model.facts.schedule)
    for index in LEVELS_TOLD:
        found = accuracy(weights, latents[:HELD_OUT], labels[:HELD_OUT], index, model.facts.schedule)
        sys.stdout.write(f"timestep {index}: {found:.1%} of {HELD_OUT} held out are known\n")
    save_file(weights, WEIGHTS)


if __name__ == "__main__":
    main()
