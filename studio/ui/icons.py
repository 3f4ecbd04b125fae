"""Icons of the set in any colour, sharp at every pixel ratio. Rendered once, kept in Qt's pixmap cache.

`Theme` tells Qt where the files are (search path `icons:`).
"""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QFile, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPalette, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from studio.ui.svg import tinted


def pixmap(name: str, colour: QColor, size: int, ratio: float) -> QPixmap:
    """Icon `name` in `colour`, `size` logical pixels wide at device pixel ratio `ratio`.

    Raises `FileNotFoundError` if the set has no such icon.
    """
    edge = round(size * ratio)
    key = f"reverie/{name}/{colour.name(QColor.NameFormat.HexArgb)}/{edge}"
    found = QPixmap()
    if not QPixmapCache.find(key, found):
        found = _rendered(name, colour, edge)
        QPixmapCache.insert(key, found)
    sized = QPixmap(found)
    sized.setDevicePixelRatio(ratio)
    return sized


def icon(name: str, palette: QPalette, size: int, ratio: float) -> QIcon:
    """Icon `name` with all its states: normal, bright under the pointer, accent when checked, dim when disabled."""
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    normal = palette.color(group.Active, role.ButtonText)
    states = (
        (QIcon.Mode.Normal, QIcon.State.Off, normal),
        (QIcon.Mode.Active, QIcon.State.Off, palette.color(group.Active, role.Text)),
        (QIcon.Mode.Selected, QIcon.State.Off, normal),
        (QIcon.Mode.Disabled, QIcon.State.Off, palette.color(group.Disabled, role.ButtonText)),
        (QIcon.Mode.Normal, QIcon.State.On, palette.color(group.Active, role.Accent)),
        (QIcon.Mode.Disabled, QIcon.State.On, palette.color(group.Disabled, role.ButtonText)),
    )
    made = QIcon()
    for mode, state, colour in states:
        made.addPixmap(pixmap(name, colour, size, ratio), mode, state)
    return made


def widget_icon(name: str, widget: QWidget, size: int) -> QIcon:
    """Icon `name` in the colours and at the pixel ratio that `widget` has now."""
    return icon(name, widget.palette(), size, widget.devicePixelRatioF())


def require(name: str) -> None:
    """Raises `FileNotFoundError` if the set has no icon `name`."""
    if not QFile.exists(f"icons:{name}.svg"):
        raise FileNotFoundError(f"icon {name}")


def _rendered(name: str, colour: QColor, edge: int) -> QPixmap:
    """The drawing itself, `edge` device pixels wide."""
    require(name)
    file = QFile(f"icons:{name}.svg")
    file.open(QIODevice.OpenModeFlag.ReadOnly)
    svg = tinted(bytes(file.readAll().data()).decode(), colour.name())
    drawn = QPixmap(QSize(edge, edge))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    painter.setOpacity(colour.alphaF())
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    return drawn
