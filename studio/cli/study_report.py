"""What a study writes: a table for reading, and a plot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING

from studio import storage
from studio.export.line_chart import Line, LineChart
from studio.export.picture_file import write_new_image

if TYPE_CHECKING:
    from studio.generation.study_inversion import LossRow
    from studio.generation.study_steps import QualityRow

NO_FIGURE = "–"
ENCODER = "In 128 numbers of the model's own encoder, pooled: not to be compared with FID in Inception features."


@dataclass(frozen=True)
class Report:
    """A Markdown table with a sentence below it, and the same as a plot."""

    text: str
    chart: LineChart


def inversion_report(rows: Sequence[LossRow]) -> Report:
    """What inversions lose, beside the DDIM paper."""
    from studio.generation.study_inversion import PAPER

    kinds = list(dict.fromkeys(row.kind for row in rows))
    steps = sorted({row.steps for row in rows})
    found = {(row.kind, row.steps): row for row in rows}
    table = [
        _line("steps", *(f"{kind}: error of the latent" for kind in kinds), *(f"{kind}: PSNR" for kind in kinds),
              *(f"{kind}: autoencoder alone" for kind in kinds), "DDIM paper, CIFAR-10"),
        _line(*["--:"] * (2 + 3 * len(kinds))),
    ]  # fmt: skip
    for number in steps:
        here = [found[kind, number] for kind in kinds]
        table.append(
            _line(
                number,
                *(f"{row.latent_error:.2g}" for row in here),
                *(f"{row.psnr:.2f} dB" for row in here),
                *(f"{row.autoencoder:.2f} dB" for row in here),
                PAPER.get(number, NO_FIGURE),
            )
        )
    lines = [Line(_named(kind), tuple((r.steps, r.latent_error) for r in rows if r.kind == kind)) for kind in kinds]
    paper = tuple((number, PAPER[number]) for number in steps if number in PAPER)
    lines += [Line("DDIM paper, CIFAR-10, pixels", paper, dashed=True)] if paper else []
    text = "\n".join([*table, "", *_told(rows, kinds, found)])
    note = "DDIM, guidance 1, no refinement. The paper's figures are of another model and of pixels: compare the slope."
    heading = "Inversion: the more steps, the truer the code"
    return Report(text, LineChart(heading, "steps", "mean squared error of the latent, lower is better", lines, note))


def _told(rows: Sequence[LossRow], kinds: Sequence[str], found: dict[tuple[str, int], LossRow]) -> Iterator[str]:
    for kind in kinds:
        few, many = found.get((kind, 10)), found.get((kind, 50))
        if few is not None and many is not None:
            yield f"{_named(kind)}: error at 50 steps ÷ at 10 steps {many.latent_error / few.latent_error:.3f}."
    low, high = min(row.deviations[0] for row in rows), max(row.deviations[1] for row in rows)
    yield f"Standard deviations of the codes: {low:.2f} to {high:.2f}; that of noise is 1."


def _named(kind: str) -> str:
    return {"its own": "pictures of the model", "others": "pictures no model made"}.get(kind, kind)


def steps_report(rows: Sequence[QualityRow], floor: float) -> Report:
    """Quality against steps, beside the DDIM paper. `floor` is what as many draws of the reference itself come to."""
    from studio.generation.study_steps import PAPER

    etas, steps = sorted({row.eta for row in rows}), sorted({row.steps for row in rows})
    found = {(row.eta, row.steps): row.distance for row in rows}
    table = [
        _line("steps", *(f"η {eta:g}" for eta in etas), *(f"paper, η {eta:g}" for eta in etas)),
        _line(*["--:"] * (1 + 2 * len(etas))),
    ]
    for number in steps:
        paper = (PAPER.get(eta, {}).get(number, NO_FIGURE) for eta in etas)
        table.append(_line(number, *(f"{found[eta, number]:.3f}" for eta in etas), *paper))
    lines = [Line(f"DDIM, η {eta:g}", tuple((n, found[eta, n]) for n in steps)) for eta in etas]
    pictures = rows[0].count
    lines.append(Line("as many draws of what it learned", tuple((n, floor) for n in steps), dashed=True))
    note = f"{pictures} pictures a point, guidance 1. {ENCODER}"
    text = "\n".join(
        [*table, "", f"{pictures} pictures a figure, guidance 1. {ENCODER}", *_judged(found, steps, floor)]
    )
    heading = "How many steps are enough"
    return Report(
        text, LineChart(heading, "steps", "Fréchet distance to what the model learned, lower is better", lines, note)
    )


def _judged(found: Mapping[tuple[float, int], float], steps: Sequence[int], floor: float) -> Iterator[str]:
    """What the figures can tell, and whether fresh noise does harm as in the DDIM paper."""
    yield f"As many draws of what the model learned would come to {floor:.3f}: so few pictures come no nearer."
    both = [number for number in steps if {(0.0, number), (1.0, number)} <= set(found)]
    against = [number for number in both if found[0.0, number] >= found[1.0, number]]
    if both and not against:
        yield "η 0 is nearer than η 1 at every number of steps, as in the DDIM paper."
    elif both:
        where = ", ".join(map(str, against))
        yield (
            f"In the DDIM paper η 0 is nearer at every number of steps; here it is not at {where}. The likely reason: "
            "a small model that knows its drawings by heart gains more from fresh noise, which corrects what earlier "
            "steps got wrong, than it loses by it."
        )


def write(report: Report, folder: Path, name: str) -> tuple[Path, Path]:
    """Write table and plot under a name that is free. Raises `StorageError`."""
    storage.make_folder(folder)
    plot = write_new_image(folder, _names(name, ".png"), report.chart.image(), {"Title": report.chart.heading})
    text = (report.text + "\n").encode()
    return storage.write_new(folder, _names(name, ".md"), text), plot


def _names(name: str, suffix: str) -> Iterator[str]:
    return chain([f"{name}{suffix}"], (f"{name}-{number}{suffix}" for number in count(2)))


def _line(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
