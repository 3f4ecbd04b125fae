"""The first window of a process: what is dressed before Qt's loop runs looks as what is dressed later."""

from __future__ import annotations

import json
import subprocess
import sys

from studio.ui.tokens import FONT_FAMILY

PROGRAM = """
import json
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from studio.app import open_studio
from studio.ui.first_paint import FirstPaint

application, window = open_studio()
found = {}

def look():
    widgets = [window, *window.findChildren(QWidget)]
    found["fonts"] = sorted({widget.font().family() for widget in widgets})
    shown = [button for button in window.findChildren(QAbstractButton) if button.isVisible()]
    found["bare"] = [button.accessibleName() for button in shown if not button.text() and button.icon().isNull()
                     and hasattr(button, "icon_name")]
    found["buttons"] = len(shown)
    window.close()

FirstPaint(window).painted.connect(look)
application.exec()
print(json.dumps(found))
"""


def test_every_text_is_in_the_font_of_the_theme_and_every_button_has_its_icon() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["fonts"] == [FONT_FAMILY]
    assert found["bare"] == []
    assert found["buttons"] > 15
