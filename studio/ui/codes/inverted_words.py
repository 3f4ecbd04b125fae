"""What an inversion lost, in numbers and in what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication

from studio.job.inversion import Inversion, Inverted
from studio.ui.codes.code_words import decibels

# Differences in dB that nobody sees, and those that everybody does.
UNSEEN, SEEN = 1.0, 4.0
SETTLED = 0.02

Measured = tuple[str, str, str]


def measured(inversion: Inversion, found: Inverted) -> Iterator[Measured]:
    """Title, number and meaning of all that was measured."""
    trip = found.facts.round_trip
    if trip is not None:
        yield (
            _tr("Autoencoder alone"),
            decibels(trip.autoencoder),
            _tr("Encoded and decoded, without any steps. No code of this model can come nearer."),
        )
        yield _tr("Round trip"), decibels(trip.psnr), _trip(inversion, trip.autoencoder - trip.psnr)
        yield (
            _tr("Latent error"),
            f"{trip.latent_error:.2g}",
            _tr("Mean squared error of the latent, there and back. It falls about as 1 / steps."),
        )
    if found.residual is not None:
        yield _tr("Residual"), f"{100 * found.residual:.2g} %", _residual(found.residual)


def _trip(inversion: Inversion, loss: float) -> str:
    if loss <= UNSEEN:
        return _tr("As near as the autoencoder: the code holds the whole picture.")
    text = _tr("{loss} dB below the autoencoder, which is hardly seen.") if loss <= SEEN else _tr(
        "{loss} dB below the autoencoder: something was lost."
    )  # fmt: skip
    told = text.format(loss=f"{loss:.1f}")
    if inversion.recipe.guidance.scale > 1.0 and not inversion.refine:
        return f"{told} {_tr('Refine each step, or use guidance 1.')}"
    return f"{told} {_tr('More steps lose less.')}"


def _residual(residual: float) -> str:
    if residual <= SETTLED:
        return _tr("The last repetition hardly changed a step any more: the way back is the way up.")
    return _tr("The last repetition still changed a step. Use more steps, more repetitions or less guidance.")


def _tr(text: str) -> str:
    return QCoreApplication.translate("InvertedWords", text)
