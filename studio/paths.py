"""Where things are kept. Asking makes no folder; whoever writes makes it.

The variable `REVERIE_HOME` puts everything under one folder: config, data, cache and pictures.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from studio.errors import StudioError

NAME = "Reverie"
HOME_VARIABLE = "REVERIE_HOME"
# Set to anything, it has the program use no plugin.
SAFE_VARIABLE = "REVERIE_SAFE_MODE"


def config() -> Path:
    """The folder of the settings."""
    return _under_home("config") or platformdirs.user_config_path(NAME, appauthor=False)


def data() -> Path:
    """The folder of what the program must not lose: the user's models, codes, logs."""
    return _under_home("data") or platformdirs.user_data_path(NAME, appauthor=False)


def cache() -> Path:
    """The folder of what can be made again."""
    return _under_home("cache") or platformdirs.user_cache_path(NAME, appauthor=False)


def codes() -> Path:
    """The folder of the codes that are kept."""
    return data() / "codes"


def pictures() -> Path:
    """Where pictures are saved unless the user chose another folder."""
    return _under_home("pictures") or platformdirs.user_pictures_path() / NAME


def settings_file() -> Path:
    return config() / "settings.json"


def resources() -> Path:
    """The folder that comes with the program: icons, style, the starter model.

    Inside the installed package, or beside it in a checkout. Raises `StudioError` if there is neither.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_resources", package.parent / "resources"):
        if (folder / "models").is_dir():
            return folder
    raise StudioError(f"The program's own files are missing beside {package}. Install {NAME} again.")


def plugins() -> Path:
    """The folder of the plugins that come with the program; it may be missing."""
    package = Path(__file__).resolve().parent
    installed = package / "_plugins"
    return installed if installed.is_dir() else package.parent / "plugins"


def starter_model() -> Path:
    """The model folder that is built in."""
    return resources() / "models" / "starter"


def _under_home(name: str) -> Path | None:
    home = os.environ.get(HOME_VARIABLE, "").strip()
    return Path(os.path.abspath(os.path.expanduser(home))) / name if home else None
