"""Which package has what Qt needs, on each kind of Linux."""

from __future__ import annotations

import pytest
from system_packages import VENV, XVFB, Distribution, missing_sentence

NEEDS = ["libxcb-cursor.so.0", "libEGL.so.1", "libxkbcommon-x11.so.0"]


@pytest.mark.parametrize(
    ("release", "installer"),
    [
        ("ID=debian", "apt-get"),
        ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"', "apt-get"),
        ("ID=fedora", "dnf"),
        ('ID="rocky"\nID_LIKE="rhel centos fedora"', "dnf"),
        ('ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', "zypper"),
        ("ID=manjaro\nID_LIKE=arch", "pacman"),
        ("ID=alpine", "apk"),
        ("ID=unheard-of", ""),
        ("", ""),
    ],
)
def test_the_installer_is_known_from_the_release_file(tmp_path, release, installer):
    (tmp_path / "os-release").write_text(release)
    assert Distribution.here(tmp_path / "os-release").installer == installer


@pytest.mark.parametrize(
    ("installer", "packages"),
    [
        ("apt-get", ["libegl1", "libxcb-cursor0", "libxkbcommon-x11-0", "xvfb"]),
        ("pacman", ["libglvnd", "libxkbcommon-x11", "xcb-util-cursor", "xorg-server-xvfb"]),
        ("dnf", ["libEGL.so.1()(64bit)", "libxcb-cursor.so.0()(64bit)", "libxkbcommon-x11.so.0()(64bit)"]),
        ("apk", ["so:libEGL.so.1", "so:libxcb-cursor.so.0", "so:libxkbcommon-x11.so.0", "xvfb"]),
    ],
)
def test_the_command_names_the_packages(installer, packages):
    command = Distribution(installer).command([*NEEDS, XVFB])
    assert [part for part in command if part in packages] == packages
    sentence = missing_sentence([*NEEDS, XVFB], Distribution(installer), "run")
    assert all(need in sentence for need in NEEDS)
    assert "--system-packages" in sentence


def test_an_unknown_system_is_told_what_is_missing():
    sentence = missing_sentence(NEEDS, Distribution(""), "run")
    assert all(need in sentence for need in NEEDS)
    assert "package manager" in sentence


DEBIAN_NAMES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libz.so.1": "zlib1g",
}


@pytest.mark.parametrize(("library", "package"), DEBIAN_NAMES.items())
def test_debian_names(library, package):
    assert Distribution("apt-get").package(library) == package


def test_the_venv_package_has_the_version_of_this_python():
    assert "venv" in str(Distribution("apt-get").package(VENV))
