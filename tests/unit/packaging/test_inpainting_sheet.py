"""The sheet of inpaintings in README can be made again, and every example keeps what it should."""

from __future__ import annotations

import numpy as np
import PIL.Image
import pytest
from inpainting_sheet import EXAMPLES, Studio, page

from studio import paths
from studio.image import Image, Mask

# At fewer steps the sources have no even ground that a mask could be filled on.
STEPS = 6


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Image, Image, Mask, Image]]:
    studio = Studio(tmp_path_factory.mktemp("sources"), STEPS)
    return {example.title: studio.example(example) for example in EXAMPLES}


@pytest.mark.parametrize("title", [example.title for example in EXAMPLES])
def test_what_is_not_painted_is_kept(made: dict[str, tuple[Image, Image, Mask, Image]], title: str) -> None:
    source, image, mask, result = made[title]
    kept = mask.values == 0
    assert 0.05 < kept.mean() < 0.95
    assert np.array_equal(result.pixels[kept], image.pixels[kept])
    assert np.abs(result.pixels[~kept].astype(int) - image.pixels[~kept]).mean() > 2
    assert np.array_equal(image.pixels[:, : source.width], source.pixels)


def test_the_sheet_that_is_shown_has_all_of_them_and_is_small(
    made: dict[str, tuple[Image, Image, Mask, Image]],
) -> None:
    sheet = page([(example, (made[example.title][0],) * 3) for example in EXAMPLES])
    shown = paths.resources() / "readme" / "inpainting.png"
    with PIL.Image.open(shown) as known:
        assert known.size == sheet.size
    assert shown.stat().st_size <= 400_000
