"""`reverie plugins`: what is told before a plugin is trusted, and what it does afterwards."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio import paths
from studio.cli.plugin_facts import WARNING
from studio.paths import SAFE_VARIABLE
from studio.plugin.home import plugin_host
from studio.plugin.store import PluginState
from tests.unit.cli.conftest import Program
from tests.unit.cli.processes import ROOT, ask, environment
from tests.unit.plugin import kit

BUNDLED = [
    "classifier_guidance",
    "diffusers_schedulers",
    "dpm2",
    "dpmpp_2m",
    "dpmpp_2s_ancestral",
    "dpmpp_sde",
    "euler_ancestral",
    "guidance_pack",
    "heun",
    "lcm",
    "lms",
    "reverse_sde",
    "runge_kutta",
    "unipc",
]
RANDOM = "import torch\n" + kit.GOOD_STEP.replace("return", "torch.rand(1)\nreturn")


def state(plugin: str) -> PluginState:
    return plugin_host().store.entry(plugin).state


def records(reverie: Program, *words: object) -> list[dict]:
    return [json.loads(line) for line in reverie("plugins", *words, "--json").lines]


def test_the_list(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.write(tmp_path))
    told = records(reverie, "list")
    assert sorted(one["id"] for one in told) == sorted([*BUNDLED, "sample"])
    assert {one["state"] for one in told if one["bundled"]} == {"enabled"}
    text = reverie("plugins", "list").out
    assert "enabled      heun 1.0.0  adds heun" in text
    assert "found        sample 1.0.0  adds sample" in text


def test_what_is_read_before_it_is_enabled(reverie: Program, tmp_path: Path) -> None:
    folder = kit.write(
        tmp_path, before="raise SystemExit", description='"Says \\u001b[31m."'.replace("\\u001b", "\\u202e")
    )
    answer = reverie("plugins", "install", folder)
    assert answer.code == 0
    digest = plugin_host().store.files("sample").digest
    for words in ("Sample 1.0.0", "by       Somebody", f"SHA-256  {digest}", "file     sample.py, ", "\\u202e[31m"):
        assert words in answer.out
    assert "It is not used before you say 'reverie plugins enable sample'." in answer.err
    again = reverie("plugins", "check", "sample")
    assert (again.code, again.err) == (0, "Sample is not enabled, so nothing of it was run.\n")
    (told,) = records(reverie, "check", "sample")
    assert (told["sha256"], told["authors"], told["state"]) == (digest, ["Somebody"], "found")
    assert [file["name"] for file in told["files"]] == ["plugin.toml", "sample.py"]


def test_enabling_is_consent_and_tries_it(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.zipped(kit.write(tmp_path), tmp_path / "sample.zip"))
    answer = reverie("plugins", "enable", "sample")
    assert answer.code == 0
    assert answer.err == f"{WARNING}\nSample is enabled.\n"
    assert "sample: keeps its promises" in answer.out
    assert "order 1.00; 1 network calls a step" in answer.out
    facts, report = records(reverie, "check", "sample")
    assert (facts["state"], report["passed"], report["order"]) == ("enabled", True, 1.0)
    assert len(report["errors"]) == 4
    assert "sample" in [json.loads(line)["name"] for line in reverie("samplers", "--json").lines]


def test_what_breaks_a_promise_stays_off_unless_you_know(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.write(tmp_path, step=RANDOM))
    answer = reverie("plugins", "enable", "sample")
    assert answer.code == 1
    assert "NO   the global random state: it changed the global random state of torch" in answer.out
    assert "Sample stays off: sample does not keep what a sampler promises. Add --i-know" in answer.err
    assert state("sample") is PluginState.FAILED
    assert reverie("plugins", "enable", "sample", "--i-know").code == 0
    assert state("sample") is PluginState.ENABLED
    assert plugin_host().store.entry("sample").sentence == ""
    assert reverie("plugins", "check", "sample").code == 1
    assert state("sample") is PluginState.ENABLED


def test_all_kinds_are_tried(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.write_three(tmp_path))
    answer = reverie("plugins", "enable", "three")
    assert answer.code == 0
    for name in ("firm", "late", "plain"):
        assert f"{name}: keeps its promises" in answer.out
    assert "0 network calls of its own a step; " in answer.out
    assert answer.out.count("order ") == 1
    _, *told = records(reverie, "check", "three")
    assert [(one["kind"], one["name"], one["passed"]) for one in told] == [
        ("sampler", "firm", True), ("spacing", "late", True), ("guidance rule", "plain", True),
    ]  # fmt: skip
    assert (told[0]["calls"], told[1]["calls"], told[1]["slower"], told[2]["order"]) == (1.0, None, None, None)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"rule": "return cond"}, "plain does not keep what a guidance rule promises"),
        ({"levels": "range(n)"}, "late does not keep what a spacing promises"),
        ({"rule": "return uncond.x0, None", "levels": "range(n)"}, "late does not keep what a spacing promises, plain"),
    ],
)
def test_a_rule_or_a_spacing_that_breaks_a_promise_stays_off(
    reverie: Program, tmp_path: Path, changes: dict[str, str], says: str
) -> None:
    reverie("plugins", "install", kit.write_three(tmp_path, **changes))
    answer = reverie("plugins", "enable", "three")
    assert answer.code == 1
    assert f"Three stays off: {says}" in answer.err
    assert state("three") is PluginState.FAILED


@pytest.mark.parametrize("step", ["import sys\nsys.exit(0)", "raise KeyError", "return None", "print('hm')\nreturn 1"])
def test_one_that_breaks_is_told_and_not_believed(reverie: Program, tmp_path: Path, step: str) -> None:
    reverie("plugins", "install", kit.write(tmp_path, step=step))
    answer = reverie("plugins", "enable", "sample", "--json")
    assert answer.code == 1
    assert [json.loads(line).get("passed") for line in answer.lines] == [None, False]
    assert state("sample") is PluginState.FAILED


def test_one_that_cannot_be_loaded(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.write(tmp_path, before="raise OSError('oh')"))
    answer = reverie("plugins", "enable", "sample")
    assert answer.code == 1
    assert "reverie: Sample could not be loaded: OSError: oh. It is off." in answer.err
    assert "raise OSError" not in answer.err
    assert state("sample") is PluginState.FAILED


def test_disable_and_remove(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.write(tmp_path))
    assert reverie("plugins", "disable", "heun").err == "Heun is disabled.\n"
    assert "heun" not in [json.loads(line)["name"] for line in reverie("samplers", "--json").lines]
    assert reverie("generate", "--prompt", "x", "--sampler", "heun").code == 2
    assert reverie("plugins", "remove", "sample").err == "Sample was removed.\n"
    assert "sample" not in [one["id"] for one in records(reverie, "list")]
    answer = reverie("plugins", "remove", "heun")
    assert (answer.code, "It can only be disabled" in answer.err) == (1, True)


BAD = {
    "action": (["fly"], "'fly' is not known. Use one of: list, check, "),
    "no plugin": (["enable"], "Say what to enable."),
    "a plugin for list": (["list", "heun"], "'list' takes no plugin"),
    "a flag of another": (["disable", "heun", "--i-know"], "'disable' takes no --i-know"),
    "unknown": (["enable", "hoin"], "There is no plugin 'hoin'. There are: "),
    "no file": (["install", "gone.zip"], "gone.zip is not there."),
    "no name": (["new", "Über"], "'Über' is no name for a plugin"),
    "a name that leads elsewhere": (["new", "../x"], "'../x' is no name for a plugin"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input(reverie: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.chdir(tmp_path)
    words, says = BAD[case]
    answer = reverie("plugins", *words)
    assert (answer.code, answer.out) == (2, "")
    assert says in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_new_one_works_and_its_test_passes(reverie: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert reverie("plugins", "new", "my_own").code == 0
    assert sorted(os.listdir("my_own")) == ["my_own.py", "plugin.toml", "test_my_own.py"]
    again = reverie("plugins", "new", "my_own")
    assert (again.code, "is there already" in again.err) == (2, True)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "my_own"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)
    assert "2 passed" in done.stdout
    assert reverie("plugins", "install", "my_own").code == 0
    assert reverie("plugins", "enable", "my_own").code == 0
    assert "--reach  Reach: 0.8 to 1.2; default: 1.0" in reverie("samplers").out


def test_pictures_by_plugins_are_reproducible_and_carry_their_options(generate: Program, reverie: Program, tmp_path):
    words = ("--sampler", "heun", "--churn", "10", "--size", "64x64", "--out", tmp_path / "out")
    assert generate(*words).code == 0
    assert generate(*words).code == 0
    one, two = sorted((tmp_path / "out").glob("*.png"))
    (told,) = [json.loads(line) for line in reverie("info", one, "--json").lines]
    assert json.dumps(told).count('"churn": 10.0') == 1
    assert reverie("verify", one).code == reverie("verify", two).code == 0


def test_an_option_of_another_sampler_is_refused(generate: Program) -> None:
    answer = generate("--sampler", "dpm2", "--churn", "10")
    assert (answer.code, "has no option 'churn'" in answer.err) == (2, True)


@pytest.mark.parametrize("how", ["before", "after", "variable"])
def test_safe_mode_uses_no_plugin(tmp_path: Path, how: str) -> None:
    words = {"before": ["--safe-mode", "samplers", "--json"], "after": ["samplers", "--json", "--safe-mode"]}
    environ = {SAFE_VARIABLE: "1"} if how == "variable" else {}
    done = ask(tmp_path, *words.get(how, ["samplers", "--json"]), environ=environ)
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == ["ddim", "ddpm", "euler"]


def test_safe_mode_ends_with_the_call(reverie: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(SAFE_VARIABLE, raising=False)
    assert len(reverie("--safe-mode", "samplers", "--json").lines) == 3
    assert SAFE_VARIABLE not in os.environ
    bundled = [manifest.read_text(encoding="utf-8") for manifest in paths.plugins().glob("*/plugin.toml")]
    added = sum(text.count("[[samplers]]") for text in bundled)
    assert len(reverie("samplers", "--json").lines) == 3 + added
    assert "Safe mode: no plugin is used." in reverie("plugins", "list", "--safe-mode").out


def test_consent_in_safe_mode_is_for_the_next_start(reverie: Program, tmp_path: Path) -> None:
    reverie("plugins", "install", kit.write(tmp_path, before="raise SystemExit"))
    answer = reverie("--safe-mode", "plugins", "enable", "sample")
    assert (answer.code, "is enabled for the next start" in answer.err) == (0, True)


def test_a_hundred_installed_plugins_load_nothing_heavy(tmp_path: Path) -> None:
    for number in range(100):
        kit.write(tmp_path / "data" / "plugins", f"p{number}", before="raise SystemExit")
    code = (
        "import sys\nfrom studio.cli.main import main\ncode = main(['plugins', 'list'])\n"
        "assert not {'torch', 'diffusers', 'PySide6'} & set(sys.modules)\n"
        "assert not [name for name in sys.modules if name.startswith('reverie_plugins')]\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environment(tmp_path), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("found ") == 100


def test_a_thread_that_outlives_the_command_is_told_and_does_not_keep_it_from_ending(
    own_home: Path, tmp_path: Path
) -> None:
    lasting = "import threading, time\ndef wait():\n    time.sleep(3600)\n"
    begin = "threading.Thread(target=wait).start()\n" + kit.GOOD_STEP
    entry = plugin_host().store.install(kit.write(tmp_path, "busy", begin, before=lasting))
    plugin_host().store.enable("busy", plugin_host().store.files(entry.id).digest)
    words = ["generate", "--prompt", "owl", "--size", "64x64", "--steps", "2", "--sampler", "busy", "--seed", "1"]
    done = subprocess.run(
        [sys.executable, "-m", "studio.cli.main", *words, "--out", str(tmp_path / "owl.png")],
        cwd=ROOT, env=environment(own_home), capture_output=True, text=True, check=False, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "Busy left a thread running after its work. It is off." in done.stderr
    assert (tmp_path / "owl.png").is_file()
    plugin_host().store.look_again()
    assert state("busy") is PluginState.QUARANTINED


def test_an_endless_loop_ends_with_one_ctrl_c_and_is_named(own_home: Path, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    loop = f"open({str(begun)!r}, 'w').close()\nwhile True:\n    pass\n"
    plugin_host().store.install(kit.write(tmp_path, "loopy", loop))
    plugin_host().store.enable("loopy", plugin_host().store.files("loopy").digest)
    words = ["generate", "--prompt", "owl", "--size", "64x64", "--steps", "2", "--sampler", "loopy", "--seed", "1"]
    running = subprocess.Popen(
        [sys.executable, "-m", "studio.cli.main", *words, "--out", str(tmp_path / "owl.png")],
        cwd=ROOT, env=environment(own_home), stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not begun.exists() and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 1
    assert "Loopy of the plugin Loopy stopped at step 1: it did not come to an end and was stopped. It is off." in said
    plugin_host().store.look_again()
    assert state("loopy") is PluginState.FAILED
