"""The one style sheet: every word of the template is known, sizes follow the scale, icons get their colour."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from studio.ui.stylesheet import IconFiles, expand, scaled
from studio.ui.svg import tinted
from studio.ui.tokens import DARK, LIGHT, Tokens

RESOURCES = Path(__file__).parents[3] / "resources"
TEMPLATE = (RESOURCES / "style" / "reverie.qss").read_text(encoding="utf-8")


@pytest.fixture
def icons(tmp_path: Path) -> IconFiles:
    return IconFiles(RESOURCES / "icons", tmp_path)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
@pytest.mark.parametrize("scale", [0.9, 1.0, 1.25, 1.5])
def test_nothing_of_the_template_is_left(icons: IconFiles, theme: Tokens, scale: float) -> None:
    text = expand(TEMPLATE, theme, scale, icons)
    assert text.count("{") == text.count("}") > 50
    assert not re.search(r"@|/\*|\b(px|half|type|icon)\(", text)
    for address in re.findall(r'url\("([^"]+)"\)', text):
        assert Path(address).is_file()


def test_both_themes_have_the_same_rules(icons: IconFiles) -> None:
    selectors = [re.sub(r"\{[^}]*\}", "", expand(TEMPLATE, theme, 1.0, icons)) for theme in (DARK, LIGHT)]
    assert selectors[0] == selectors[1]


def test_words_are_expanded(icons: IconFiles) -> None:
    text = expand("a { b: @text; c: px(8) px(-4) px(0); d: type(base); }", DARK, 1.5, icons)
    assert text == "a { b: #EDEDED; c: 12px -6px 0px; d: 20px; }"


@pytest.mark.parametrize("scale", [0.9 + 0.05 * step for step in range(13)])
def test_half_never_exceeds_what_it_rounds(icons: IconFiles, scale: float) -> None:
    values = expand("px(14) half(14) half(14, 1)", DARK, scale, icons).replace("px", "").split()
    edge, inner, outer = (int(value) for value in values)
    assert inner <= edge / 2
    assert outer <= (edge + 2) / 2


def test_an_unknown_token_or_icon_is_an_error(icons: IconFiles) -> None:
    with pytest.raises(KeyError):
        expand("a { b: @nothing; }", DARK, 1.0, icons)
    with pytest.raises(FileNotFoundError):
        expand("a { b: icon(nothing, text); }", DARK, 1.0, icons)


def test_an_address_may_hold_any_character(tmp_path: Path) -> None:
    folder = tmp_path / "px(8) @text"
    folder.mkdir()
    text = expand("icon(check, text)", DARK, 1.0, IconFiles(RESOURCES / "icons", folder))
    assert text == f'url("{folder.as_posix()}/check-ededed.svg")'


def test_an_icon_is_written_once_a_colour(icons: IconFiles, tmp_path: Path) -> None:
    expand("icon(check, text) icon(check, text) icon(check, accent)", DARK, 1.0, icons)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["check-93a3ff.svg", "check-ededed.svg"]
    assert "currentColor" not in (tmp_path / "check-93a3ff.svg").read_text(encoding="utf-8")


def test_tint_reaches_strokes_and_fills() -> None:
    assert tinted('<a stroke="currentColor" fill="currentColor"/>', "#123456") == '<a stroke="#123456" fill="#123456"/>'


@pytest.mark.parametrize(
    ("length", "scale", "whole"), [(8, 1.0, 8), (1, 0.9, 1), (0, 1.5, 0), (-4, 1.5, -6), (24, 1.25, 30)]
)
def test_scaled(length: int, scale: float, whole: int) -> None:
    assert scaled(length, scale) == whole


def test_every_icon_is_of_one_set() -> None:
    paths = [path for path in (RESOURCES / "icons").glob("*.svg") if path.stem != "reverie"]
    assert len(paths) > 30
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert 'viewBox="0 0 24 24"' in text
        assert 'stroke-width="2"' in text
        assert "currentColor" in text
