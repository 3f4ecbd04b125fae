"""What a user can do to a mask, as data: strokes and operations, for tests that try any sequence of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from studio.image import Image
from studio.painting.box import EMPTY, Box
from studio.painting.brush import Brush
from studio.painting.flood import fill
from studio.painting.mask_document import MaskDocument
from studio.painting.morphology import feather, grow, shrink
from studio.painting.operation import Operation
from studio.painting.selections import clear, everything, from_values, invert
from studio.painting.shapes import ellipse, gradient, polygon, rectangle

parts = st.floats(0, 1)
places = st.floats(-60, 360)
points = st.tuples(places, places)
boxes = st.tuples(*[st.integers(-40, 340)] * 4).map(lambda n: Box(*n))
brushes = st.builds(
    Brush,
    size=st.floats(1, 120),
    hardness=parts,
    opacity=parts,
    spacing=st.floats(0.05, 2),
    smoothing=st.one_of(st.just(0.0), parts),
    pressure_size=st.booleans(),
    pressure_opacity=st.booleans(),
)
sizes = st.tuples(st.integers(1, 300), st.integers(1, 300))


@dataclass(frozen=True)
class StrokeAct:
    brush: Brush
    way: list[tuple[float, float, float]]
    erase: bool
    cancel: bool = False


@dataclass(frozen=True)
class OperationAct:
    """An operation and its arguments; those of the whole mask are made when its size is known."""

    name: str
    arguments: tuple
    opacity: float
    erase: bool


strokes = st.builds(
    StrokeAct, brushes, st.lists(st.tuples(places, places, parts), max_size=5), st.booleans(), st.booleans()
)
ARGUMENTS = {
    "rectangle": st.tuples(boxes),
    "ellipse": st.tuples(boxes),
    "polygon": st.tuples(st.lists(points, max_size=6)),
    "gradient": st.tuples(places, places, places, places),
    "fill": st.tuples(st.integers(-5, 320), st.integers(-5, 320), st.integers(0, 255)),
    "grow": st.tuples(st.integers(0, 20)),
    "shrink": st.tuples(st.integers(0, 20)),
    "feather": st.tuples(st.integers(0, 40)),
    "invert": st.just(()),
    "clear": st.just(()),
    "everything": st.just(()),
    "noise": st.tuples(st.integers(0, 9)),
}
operations = st.one_of([
    st.builds(OperationAct, st.just(name), arguments, parts, st.booleans()) for name, arguments in ARGUMENTS.items()
])  # fmt: skip
acts = st.lists(st.one_of(strokes, operations, st.sampled_from(["undo", "redo"])), max_size=8)


def operation(act: OperationAct, document: MaskDocument) -> Operation:
    shapes = {"rectangle": rectangle, "ellipse": ellipse, "polygon": polygon, "gradient": gradient}
    plain = {"grow": grow, "shrink": shrink, "feather": feather, "invert": invert, "clear": clear}
    if act.name in shapes:
        return shapes[act.name](*act.arguments, opacity=act.opacity, erase=act.erase)
    if act.name == "fill":
        x, y, tolerance = act.arguments
        return fill(x, y, picture(document.width, document.height), tolerance, opacity=act.opacity, erase=act.erase)
    if act.name == "noise":
        return from_values(noise(document.width, document.height, *act.arguments))
    return everything() if act.name == "everything" else plain[act.name](*act.arguments)


def do(document: MaskDocument, act: StrokeAct | OperationAct | str) -> None:
    """Do it, and check on the way that every box that is returned holds all that changed."""
    if isinstance(act, OperationAct):
        made = operation(act, document)
        checked(document, lambda: document.apply(act.name, made))
    elif isinstance(act, StrokeAct):
        stroke = document.begin_stroke(act.brush, erase=act.erase)
        for touch in act.way:
            checked(document, lambda touch=touch: stroke.to(*touch))
        checked(document, stroke.cancel if act.cancel else stroke.finish)
    else:
        checked(document, document.undo if act == "undo" else document.redo)


def checked(document: MaskDocument, change) -> Box | None:
    """Do `change` and prove its box and the revision against the values before it."""
    before, revision = document.values.copy(), document.revision
    box = change()
    around = EMPTY if box is None else box
    assert around.intersected(Box(0, 0, document.width, document.height)) == around
    different = before != document.values
    assert document.revision > revision or not different.any()
    different[around.slices] = False
    assert not different.any()
    return box


def noise(width: int, height: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)


def picture(width: int, height: int, seed: int = 0) -> Image:
    """Patches of a few colours."""
    small = np.random.default_rng(seed).integers(0, 4, (-(-height // 7), -(-width // 7), 3), dtype=np.uint8) * 60
    return Image(small.repeat(7, axis=0).repeat(7, axis=1)[:height, :width])
