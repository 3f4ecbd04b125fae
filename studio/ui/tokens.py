"""The numbers of the look: colours of both themes, type sizes, spacing, radii, metrics. Plain data, no Qt.

Sizes are logical pixels at a UI scale of 100 %. Colours are sRGB, written "#RRGGBB".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True)
class Tokens:
    """The colours of one theme.

    `surround` lies around the canvas, `panel` under controls, `raised` under cards, menus and toasts. `line` only
    decorates; `outline` bounds what can be operated. `lanes` are the colours of compared runs A to D.
    """

    name: ThemeName
    surround: str
    panel: str
    raised: str
    field: str
    hover: str
    line: str
    outline: str
    text: str
    text2: str
    disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    on_accent: str
    danger: str
    warning: str
    success: str
    info: str
    lanes: tuple[str, str, str, str]


DARK = Tokens(
    name="dark",
    surround="#161616",
    panel="#212121",
    raised="#2A2A2A",
    field="#333333",
    hover="#3D3D3D",
    line="#3C3C3C",
    outline="#7D7D7D",
    text="#EDEDED",
    text2="#B8B8B8",
    disabled="#7A7A7A",
    accent="#93A3FF",
    accent_hover="#A9B5FF",
    accent_pressed="#7F90F0",
    on_accent="#0E1230",
    danger="#FF8A80",
    warning="#F2B84B",
    success="#5FCB8E",
    info="#74B9F2",
    lanes=("#56B4E9", "#E69F00", "#009E73", "#CC79A7"),
)

LIGHT = Tokens(
    name="light",
    surround="#C9C9C9",
    panel="#F2F2F2",
    raised="#FFFFFF",
    field="#FFFFFF",
    hover="#E6E6E6",
    line="#D2D2D2",
    outline="#767676",
    text="#1A1A1A",
    text2="#505050",
    disabled="#8A8A8A",
    accent="#4453C9",
    accent_hover="#3947B5",
    accent_pressed="#2F3B9C",
    on_accent="#FFFFFF",
    danger="#B3261E",
    warning="#7A5200",
    success="#1B6E43",
    info="#1D5F9E",
    lanes=("#0072B2", "#B84C00", "#00795A", "#8E3B6E"),
)

THEMES: dict[ThemeName, Tokens] = {"dark": DARK, "light": LIGHT}

FONT_FAMILY = "Inter"
FONT_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf")
TYPE_CAPTION, TYPE_SECONDARY, TYPE_BASE, TYPE_HEADING, TYPE_DIALOG = 11, 12, 13, 15, 20

SPACES = (2, 4, 8, 12, 16, 24)
RADIUS_FIELD, RADIUS_CARD = 4, 6

ROW_HEIGHT = 28
TARGET = 24
LABEL_WIDTH = 96
FIELD_WIDTH = 64
GUTTER = 12
ICON_ROW, ICON_TOOL = 16, 20

SCALE_MINIMUM, SCALE_MAXIMUM = 0.9, 1.5
MOTION_MS = 120
TOAST_MS = 6000
