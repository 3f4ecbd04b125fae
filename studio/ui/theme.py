"""The theme of the window: Fusion, colour scheme, fonts, palette, and one style sheet made from the tokens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QDir, QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from studio.ui import tokens as table
from studio.ui.metrics import UI_SCALE
from studio.ui.stylesheet import IconFiles, expand, scaled
from studio.ui.tokens import THEMES, ThemeName, Tokens


class Theme(QObject):
    """Dresses the application. Build it after `QApplication`; `prepare` before the first widget is made, then `apply`.

    `changed` is emitted after every `apply`; what paints itself from `tokens` repaints then. Widgets that use
    palette, style sheet and `icons` follow by themselves.
    """

    changed = Signal()

    def __init__(self, application: QApplication, resources: Path) -> None:
        """`resources` holds the folders `fonts`, `icons` and `style`. Raises `FileNotFoundError` if one is missing."""
        super().__init__(application)
        self._application = application
        self._template = (resources / "style" / "reverie.qss").read_text(encoding="utf-8")
        self._folder = QTemporaryDir()
        self._icons = IconFiles(resources / "icons", Path(self._folder.path()))
        self._tokens = THEMES["dark"]
        self._scale = 1.0
        application.setStyle("Fusion")
        QDir.setSearchPaths("icons", [str(resources / "icons")])
        for name in table.FONT_FILES:
            path = resources / "fonts" / name
            if QFontDatabase.addApplicationFont(str(path)) < 0:
                raise FileNotFoundError(path)

    @property
    def tokens(self) -> Tokens:
        return self._tokens

    @property
    def scale(self) -> float:
        return self._scale

    def apply(self, name: ThemeName = "dark", scale: float = 1.0) -> None:
        """Dress everything in theme `name` at UI `scale`, which is kept between 0.9 and 1.5. Works at run time too."""
        self.prepare(name, scale)
        # After the palette, always: a style sheet keeps the palette's colours of the moment it was set.
        self._application.setStyleSheet(expand(self._template, self._tokens, self._scale, self._icons))
        self.changed.emit()

    def prepare(self, name: ThemeName = "dark", scale: float = 1.0) -> None:
        """All of `apply` but the style sheet, which is taken off. Widgets made now know colours, fonts and scale.

        With a sheet on, Qt polishes a widget again each time it gets a parent, and once for each of its ancestors
        when another sheet comes: seconds for this window. Without one both are done once.
        """
        self._application.setStyleSheet("")
        self._tokens = THEMES[name]
        self._scale = min(max(scale, table.SCALE_MINIMUM), table.SCALE_MAXIMUM)
        scheme = Qt.ColorScheme.Dark if name == "dark" else Qt.ColorScheme.Light
        self._application.styleHints().setColorScheme(scheme)
        self._application.setProperty(UI_SCALE, self._scale)
        self._application.setFont(base_font(self._scale))
        self._application.setPalette(palette(self._tokens))


def base_font(scale: float) -> QFont:
    """Inter at the base size, with digits of one width."""
    font = QFont(table.FONT_FAMILY)
    font.setPixelSize(scaled(table.TYPE_BASE, scale))
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette(tokens: Tokens) -> QPalette:
    """All roles of the palette, so that nothing of the system's own colours shines through."""
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.panel,
        role.WindowText: tokens.text,
        role.Base: tokens.field,
        role.AlternateBase: tokens.raised,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.text2,
        role.Button: tokens.field,
        role.ButtonText: tokens.text,
        role.BrightText: tokens.danger,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent,
        role.Accent: tokens.accent,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Light: tokens.hover,
        role.Midlight: tokens.hover,
        role.Mid: tokens.line,
        role.Dark: tokens.outline,
        role.Shadow: tokens.surround,
    }
    made = QPalette()
    for place, colour in colours.items():
        made.setColor(place, QColor(colour))
    for place in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText, role.ToolTipText):
        made.setColor(QPalette.ColorGroup.Disabled, place, QColor(tokens.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(tokens.hover))
    made.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, QColor(tokens.disabled))
    made.setColor(QPalette.ColorGroup.Disabled, role.Accent, QColor(tokens.disabled))
    return made
