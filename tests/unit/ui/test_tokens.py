"""The colours can be read: contrast ratios of WCAG 2, computed from the table."""

from __future__ import annotations

import re
from dataclasses import asdict
from itertools import combinations

import pytest

from studio.ui import tokens as table
from studio.ui.tokens import DARK, LIGHT, THEMES, Tokens

BOTH = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, 0 to 1 (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def grounds(theme: Tokens) -> tuple[str, ...]:
    """What text stands on."""
    return theme.panel, theme.raised, theme.field, theme.hover


def test_contrast_of_known_pairs() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.005)


@BOTH
def test_every_colour_is_written_alike(theme: Tokens) -> None:
    colours = [value for name, value in asdict(theme).items() if name not in ("name", "lanes")]
    assert all(re.fullmatch("#[0-9A-F]{6}", colour) for colour in (*colours, *theme.lanes))


def test_themes_are_listed_by_their_name() -> None:
    assert {name: theme.name for name, theme in THEMES.items()} == {"dark": "dark", "light": "light"}


@BOTH
@pytest.mark.parametrize("name", ["text", "text2"])
def test_text_is_readable_on_every_ground(theme: Tokens, name: str) -> None:
    assert min(contrast(getattr(theme, name), ground) for ground in grounds(theme)) >= 4.5


@BOTH
@pytest.mark.parametrize("name", ["danger", "warning", "success", "info"])
def test_messages_are_readable_where_they_stand(theme: Tokens, name: str) -> None:
    assert min(contrast(getattr(theme, name), ground) for ground in (theme.panel, theme.raised)) >= 4.5


@BOTH
def test_outlines_are_seen_inside_and_outside(theme: Tokens) -> None:
    for ground in (theme.panel, theme.raised, theme.field):
        assert contrast(theme.outline, ground) >= 3.0


@BOTH
def test_focus_and_links_are_seen(theme: Tokens) -> None:
    assert contrast(theme.accent, theme.panel) >= 4.5
    assert contrast(theme.accent, theme.surround) >= 3.0


@BOTH
@pytest.mark.parametrize("name", ["accent", "accent_hover", "accent_pressed"])
def test_the_filled_button_is_readable_in_every_state(theme: Tokens, name: str) -> None:
    assert contrast(theme.on_accent, getattr(theme, name)) >= 4.5
    assert contrast(getattr(theme, name), theme.panel) >= 3.0


@BOTH
def test_disabled_text_is_weak_but_there(theme: Tokens) -> None:
    assert 3.0 <= contrast(theme.disabled, theme.panel) < 4.5


@BOTH
def test_lanes_are_seen_and_differ(theme: Tokens) -> None:
    assert min(contrast(lane, theme.panel) for lane in theme.lanes) >= 4.5
    assert all(one != other for one, other in combinations(theme.lanes, 2))


@pytest.mark.parametrize(
    ("theme", "name", "ground", "ratio"),
    [
        (DARK, "outline", "panel", 3.91),
        (DARK, "outline", "field", 3.07),
        (DARK, "text", "panel", 13.75),
        (DARK, "text", "hover", 9.28),
        (DARK, "text2", "panel", 8.12),
        (DARK, "disabled", "panel", 3.75),
        (DARK, "accent", "panel", 6.84),
        (DARK, "accent", "surround", 7.69),
        (DARK, "on_accent", "accent", 7.77),
        (DARK, "danger", "panel", 7.05),
        (LIGHT, "outline", "panel", 4.06),
        (LIGHT, "outline", "field", 4.54),
        (LIGHT, "text", "panel", 15.55),
        (LIGHT, "text2", "panel", 7.20),
        (LIGHT, "disabled", "panel", 3.08),
        (LIGHT, "accent", "panel", 5.64),
        (LIGHT, "accent", "surround", 3.81),
        (LIGHT, "on_accent", "accent", 6.31),
        (LIGHT, "danger", "panel", 5.84),
    ],
)
def test_the_ratios_that_were_chosen(theme: Tokens, name: str, ground: str, ratio: float) -> None:
    assert contrast(getattr(theme, name), getattr(theme, ground)) == pytest.approx(ratio, abs=0.006)


def test_no_more_than_five_type_sizes_and_one_scale_of_spaces() -> None:
    sizes = {table.TYPE_CAPTION, table.TYPE_SECONDARY, table.TYPE_BASE, table.TYPE_HEADING, table.TYPE_DIALOG}
    assert sizes == {11, 12, 13, 15, 20}
    assert table.SPACES == (2, 4, 8, 12, 16, 24)
    assert table.GUTTER in table.SPACES
    assert table.TARGET >= 24
