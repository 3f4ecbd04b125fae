"""What the window's tests share: a screen of usual size, the real theme, and no motion."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio import app, paths
from studio.settings import Settings, save
from studio.ui.metrics import REDUCE_MOTION
from studio.ui.theme import Theme
from tests.gui.studio_driver import Driver

RESOURCES = Path(__file__).parents[2] / "resources"

# The platform's own screen is so small that windows give way. This one is read when the application is made.
if os.environ.get("QT_QPA_PLATFORM") == "offscreen":
    os.environ["QT_QPA_PLATFORM"] = f"offscreen:configfile={Path(__file__).with_name('screen.json')}"


@pytest.fixture(scope="session")
def dressed(qapp: QApplication) -> Theme:
    """The theme, loaded once: fonts stay with the application."""
    theme = Theme(qapp, RESOURCES)
    theme.apply("dark", 1.0)
    return theme


@pytest.fixture
def theme(dressed: Theme, qapp: QApplication) -> Iterator[Theme]:
    """The dark theme at 100 %, and again after a test that changed it. Nothing moves."""
    qapp.setProperty(REDUCE_MOTION, True)
    yield dressed
    qapp.setProperty(REDUCE_MOTION, None)
    if (dressed.tokens.name, dressed.scale) != ("dark", 1.0):
        dressed.apply("dark", 1.0)


@pytest.fixture
def shown(qtbot: QtBot, theme: Theme) -> Iterator[Callable[..., QWidget]]:
    """Puts widgets below each other into an active window of `width` pixels and gives the window."""
    windows: list[QWidget] = []

    def show(*widgets: QWidget, width: int = 304) -> QWidget:
        window = QWidget()
        column = QVBoxLayout(window)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(0)
        for widget in widgets:
            column.addWidget(widget)
        column.addStretch()
        window.resize(width, 400)
        windows.append(window)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield show
    for window in windows:
        window.close()


@pytest.fixture
def turn_wheel(qapp: QApplication) -> Callable[[QWidget, int], bool]:
    """Turns the wheel over a widget by an angle (120 is a notch); tells whether the widget took it."""

    def turn(widget: QWidget, angle: int = 120) -> bool:
        middle = QPointF(widget.rect().center())
        event = QWheelEvent(
            middle,
            QPointF(widget.mapToGlobal(middle)),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        event.ignore()
        qapp.sendEvent(widget, event)
        return event.isAccepted()

    return turn


@pytest.fixture(scope="session")
def loaded_once() -> Iterator[None]:
    """Each model is loaded once for all windows."""
    from tests.references import loaded_models

    with loaded_models.loaded_once():
        yield


@pytest.fixture
def start(qtbot: QtBot, qapp: QApplication, theme: Theme, loaded_once: None) -> Iterator[Callable[..., Driver]]:
    """Starts the studio as the program does; `settings` are those that an earlier start left."""
    drivers: list[Driver] = []

    def begin(**settings: object) -> Driver:
        if settings:
            save(paths.settings_file(), Settings(**settings))
        window = app.build(qapp)
        qapp.setProperty(REDUCE_MOTION, True)
        qtbot.addWidget(window)
        drivers.append(Driver(qtbot, window))
        return drivers[-1]

    yield begin
    for driver in drivers:
        driver.close()
    # The window dressed the application with a theme of its own.
    theme.apply("dark", 1.0)


@pytest.fixture
def studio(start: Callable[..., Driver]) -> Driver:
    """The studio at its first start."""
    return start()
