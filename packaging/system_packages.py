"""What Qt needs from the system, found before the studio starts, and the command that installs it here.

Only Linux has such needs: Qt's wheels for macOS and Windows bring everything.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from console import Stop, say, shown

QT_FILES = ("QtCore.abi3.so", "QtGui.abi3.so", "QtWidgets.abi3.so", "QtSvg.abi3.so")
XVFB, XDOTOOL, VENV = "Xvfb", "xdotool", "venv"

# For each installing program: the distributions that have it, the command, and its names of what is no library.
INSTALLERS = {
    "apt-get": (
        ("debian", "ubuntu"),
        ("apt-get", "install", "-y", "--no-install-recommends"),
        {XVFB: "xvfb", XDOTOOL: "xdotool", VENV: f"python3.{sys.version_info[1]}-venv"},
    ),
    "dnf": (
        ("fedora", "rhel", "centos"),
        ("dnf", "install", "-y"),
        {XVFB: "xorg-x11-server-Xvfb", XDOTOOL: "xdotool", VENV: "python3-libs"},
    ),
    "zypper": (
        ("suse", "opensuse", "sles"),
        ("zypper", "--non-interactive", "install"),
        {XVFB: "xorg-x11-server-Xvfb", XDOTOOL: "xdotool", VENV: f"python3{sys.version_info[1]}-base"},
    ),
    "pacman": (
        ("arch",),
        ("pacman", "-S", "--needed", "--noconfirm"),
        {XVFB: "xorg-server-xvfb", XDOTOOL: "xdotool", VENV: "python"},
    ),
    "apk": (("alpine",), ("apk", "add"), {XVFB: "xvfb", XDOTOOL: "xdotool", VENV: "python3"}),
}
# Debian builds a package's name from the library's; these are the exceptions that Qt meets.
DEBIAN_EXCEPTIONS = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libz.so.1": "zlib1g",
    "libbrotlidec.so.1": "libbrotli1",
}
ARCH_PATTERNS = (
    (r"lib(EGL|GL|GLX|OpenGL|GLdispatch)\.", "libglvnd"),
    (r"libxcb-cursor\.", "xcb-util-cursor"),
    (r"libxcb-icccm\.", "xcb-util-wm"),
    (r"libxcb-image\.", "xcb-util-image"),
    (r"libxcb-keysyms\.", "xcb-util-keysyms"),
    (r"libxcb-render-util\.", "xcb-util-renderutil"),
    (r"libxcb-util\.", "xcb-util"),
    (r"libxcb", "libxcb"),
    (r"libxkbcommon-x11\.", "libxkbcommon-x11"),
    (r"libxkbcommon\.", "libxkbcommon"),
    (r"libX11", "libx11"),
    (r"lib(glib|gthread)-2\.0\.", "glib2"),
    (r"libdbus-1\.", "dbus"),
    (r"libfontconfig\.", "fontconfig"),
    (r"libfreetype\.", "freetype2"),
    (r"libwayland-", "wayland"),
    (r"libgssapi_krb5\.", "krb5"),
    (r"libz\.", "zlib"),
)


@dataclass(frozen=True)
class Distribution:
    """How this system installs packages. `installer` is the program, or empty where none is known."""

    installer: str

    @classmethod
    def here(cls, release: Path = Path("/etc/os-release")) -> Distribution:
        """The one of this distribution, or of one that it says it is like."""
        text = release.read_text(encoding="utf-8") if release.exists() else ""
        fields = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
        words = " ".join((fields.get("ID", ""), fields.get("ID_LIKE", ""))).replace('"', "").lower().split()
        for word in words:
            for installer, (families, _, _) in INSTALLERS.items():
                if any(word.startswith(family) for family in families):
                    return cls(installer)
        return cls("")

    @property
    def debian(self) -> bool:
        return self.installer == "apt-get"

    def package(self, need: str) -> str | None:
        """What provides `need` (a library's file name, or XVFB or VENV); None if that is not known."""
        if not self.installer:
            return None
        named = INSTALLERS[self.installer][2]
        if need in named:
            return named[need]
        if self.installer == "apt-get":
            return _debian_package(need)
        if self.installer == "pacman":
            return next((package for pattern, package in ARCH_PATTERNS if re.match(pattern, need)), None)
        return f"so:{need}" if self.installer == "apk" else f"{need}()(64bit)"

    def command(self, needs: Iterable[str]) -> list[str]:
        """The command that installs what provides the needs, with sudo if it takes that; empty if not known."""
        packages = sorted({package for need in needs if (package := self.package(need))})
        if not packages:
            return []
        return [*_as_root(), *INSTALLERS[self.installer][1], *packages]


def _debian_package(library: str) -> str | None:
    """Debian's rule: the name in small letters and the version, with a dash where two digits would meet."""
    if library in DEBIAN_EXCEPTIONS:
        return DEBIAN_EXCEPTIONS[library]
    parts = re.match(r"(?P<name>lib[\w.+-]+?)\.so\.(?P<version>\d+)", library)
    if parts is None:
        return None
    name = parts["name"].lower().replace("_", "-")
    return name + ("-" if name[-1].isdigit() else "") + parts["version"]


def _as_root() -> list[str]:
    return [] if sys.platform == "win32" or os.geteuid() == 0 else ["sudo"]


def missing_libraries(files: Iterable[Path]) -> list[str]:
    """The libraries that the system's loader does not find for these files, as `ldd` says."""
    ldd = shutil.which("ldd")
    present = [str(file) for file in files if file.exists()]
    if not sys.platform.startswith("linux") or ldd is None or not present:
        return []
    told = subprocess.run([ldd, *present], capture_output=True, text=True, errors="replace", env=_plain()).stdout
    return sorted(set(re.findall(r"^\s*(\S+) => not found", told, re.MULTILINE)))


def _plain() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C"}


def qt_files(site_packages: Path, platforms: Iterable[str]) -> list[Path]:
    """Qt's files that the studio loads when it opens its window on these platforms (`xcb`, `wayland`, …)."""
    qt = site_packages / "PySide6"
    plugins = qt / "Qt" / "plugins" / "platforms"
    files = [qt / name for name in QT_FILES]
    for platform in platforms:
        files += [*plugins.glob(f"libq{platform}.so"), *plugins.glob(f"libq{platform}-*.so")]
    return files


def missing_test_display() -> list[str]:
    """What this Linux lacks for the end-to-end tests: a virtual display, and hands to press its keys."""
    return [name for name in (XVFB, XDOTOOL) if sys.platform.startswith("linux") and shutil.which(name) is None]


def missing_sentence(needs: list[str], distribution: Distribution, command: str) -> str:
    """What is missing and the command that installs it. `command` is the bootstrap's own (`run` or `test`)."""
    lines = [f"Something that Reverie needs from the system is missing: {', '.join(needs)}."]
    if installs := distribution.command(needs):
        lines += ["Install it with", f"    {shown(installs)}"]
        lines += ["or let this program do so:", f"    python3 packaging/bootstrap.py {command} --system-packages"]
    else:
        lines.append("Install it with your system's package manager, then run the same command again.")
    return "\n".join(lines)


def missing_venv_sentence() -> str:
    """Empty if this Python can make environments; otherwise what to install."""
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        command = Distribution.here().command([VENV])
        remedy = f"Install it with\n    {shown(command)}\nand r" if command else "Install it, then r"
        return f"This Python has no `venv`, which Reverie's installation needs. {remedy}un the same command again."
    return ""


def install_system_packages(needs: list[str], distribution: Distribution) -> None:
    """Install what provides the needs. Raises `Stop` if that cannot be done here."""
    command = distribution.command(needs)
    if not command:
        raise Stop(f"Missing: {', '.join(needs)}. Which package has it on this system is not known here.")
    if command[0] == "sudo" and shutil.which("sudo") is None:
        raise Stop(f"Only an administrator can install what is missing. Ask for\n    {shown(command[1:])}")
    say(f"Installing from the system: {shown(command)}")
    if distribution.debian:
        _run([*_as_root(), "apt-get", "update", "-q"])
    code, told = _run(command)
    if code:
        tail = "\n".join(f"  | {line}" for line in told.splitlines()[-12:])
        raise Stop(f"{tail}\nThe system's packages could not be installed; the lines above say why.")


def _run(command: list[str]) -> tuple[int, str]:
    place = command.index("sudo") + 1 if command[0] == "sudo" else 0
    command = [*command[:place], "env", "DEBIAN_FRONTEND=noninteractive", *command[place:]]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    return done.returncode, done.stdout
