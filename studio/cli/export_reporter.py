"""What the user sees of an export: sentences and a progress bar, or one event a line as JSON."""

from __future__ import annotations

from collections.abc import Iterator

from tqdm import tqdm

from studio.cli.command import Session
from studio.cli.event_data import event_data
from studio.cli.interruption import EXIT_CANCELLED
from studio.export.export_event import ExportBegun, ExportCancelled, Exported, ExportEvent, ExportFailed, FrameDone
from studio.export.order import Order

BAR = "{desc} {percentage:3.0f}%|{bar}| frame {n_fmt} of {total_fmt}, {remaining} left"
_SHOWN_AGAIN_SECONDS = 0.1


class ExportReporter:
    """Tells of an export: events as JSON, or sentences with a progress bar on a terminal."""

    def __init__(self, session: Session, *, as_json: bool) -> None:
        self._console, self._debug = session.console, session.debug
        self._as_json = as_json
        self._bar: tqdm[None] | None = None

    def tell_all(self, order: Order, events: Iterator[ExportEvent]) -> int:
        """Tell of every event; the exit code of the last one."""
        code = 0
        for event in events:
            if self._as_json:
                self._console.record(event_data(event))
            if isinstance(event, ExportBegun):
                self._begin(order, event)
            elif isinstance(event, FrameDone):
                self._count(event)
            else:
                self.close()
                code = self._end(event)
        return code

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _begin(self, order: Order, event: ExportBegun) -> None:
        if self._as_json:
            return
        if event.whole:
            self._console.note(f"{event.whole} of {event.frames} frames are there already.")
        if self._console.on_terminal:
            seconds = f", {order.plan.seconds:.1f} s" if order.kind.moves else ""
            self._console.note(f"{event.frames} frames{seconds}.")
            self._bar = tqdm(
                total=event.frames, initial=event.whole, desc=order.kind.title, file=self._console.err, bar_format=BAR,
                leave=False, mininterval=_SHOWN_AGAIN_SECONDS, dynamic_ncols=True,
            )  # fmt: skip

    def _count(self, event: FrameDone) -> None:
        if self._bar is not None:
            self._bar.update(event.whole - self._bar.n)

    def _end(self, event: ExportEvent) -> int:
        if isinstance(event, Exported):
            if not self._as_json:
                self._console.say(f"Saved {event.path}")
                for notice in event.notices:
                    self._console.note(notice)
            return 0
        if isinstance(event, ExportCancelled):
            again = " The same command goes on with them." if event.path else ""
            self._console.problem(event.sentence + again)
            return EXIT_CANCELLED
        assert isinstance(event, ExportFailed)
        self._console.problem(event.sentence)
        if self._debug and event.detail:
            self._console.detail(event.detail)
        return event.exit_code
