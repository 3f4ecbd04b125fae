"""OpenCV is loaded when a mask is grown or filled, not when the window starts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
WITH_OPENCV = {"flood", "morphology"}
MODULES = sorted(path.stem for path in (ROOT / "studio" / "painting").glob("*.py"))


def loaded_by(module: str, wanted: str) -> bool:
    code = f"import sys, studio.painting.{module}; print({wanted!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip() == "True"


def test_all_other_modules_together_do_without_opencv():
    names = [name for name in MODULES if name not in WITH_OPENCV]
    assert len(names) > 10
    code = "import sys\n" + "\n".join(f"import studio.painting.{name}" for name in names)
    code += "\nprint(sorted({'cv2', 'torch', 'PySide6', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", sorted(WITH_OPENCV))
def test_these_need_it(module):
    assert loaded_by(module, "cv2")


def test_a_mask_can_be_painted_without_a_picture_library():
    assert not loaded_by("mask_document", "PIL")
