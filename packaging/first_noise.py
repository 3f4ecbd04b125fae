"""Draws the first picture anybody sees: the noise of seed 7, as the starter model decodes it.

Run it from the checkout after the starter model changed: `python packaging/first_noise.py`.
"""

from __future__ import annotations

from PIL import Image as Pillow

from studio import paths
from studio.models.device import choose_placement
from studio.models.loader import load_model
from studio.sampling.noise import ImageNoise

SEED, SIDE = 7, 128


def main() -> None:
    model = load_model(paths.starter_model(), choose_placement("cpu", "float32"))
    noise = ImageNoise(SEED, model.latent_shape(SIDE, SIDE)).draw()
    target = paths.resources() / "first" / f"noise-{SEED}.png"
    Pillow.fromarray(model.decode(noise).pixels).save(target, optimize=True)
    print(f"Wrote {target.name}")


if __name__ == "__main__":
    main()
