"""Plugins at work in real runs: whatever they do, they are named, and the next picture is what it always was."""

from __future__ import annotations

import random
import sys

import numpy as np
import pytest
import torch

from studio.errors import CancelRequested, InvalidField, OutOfMemory
from studio.generation.run import run
from studio.generation.services import Services
from studio.job.cancel import CancelToken
from studio.job.event import Cancelled, Failed, ImageReady
from studio.job.preview import PreviewSettings
from studio.plugin.markers import RESTING
from studio.plugin.store import PluginState
from studio.sampling.registry import builtin_methods
from tests.unit.generation.runs import Bent, Loaded, pixels, small
from tests.unit.plugin import kit
from tests.unit.plugin.misbehaving import STEPS


@pytest.fixture(scope="module")
def reference(starter) -> str:
    """The pixels of a DDIM picture before any plugin was there."""
    (ready,) = ends(starter, builtin_methods(), "ddim", ImageReady)
    return pixels(ready.generated.image)


def ends(model, methods, sampler: str, kind: type, cancel: CancelToken | None = None) -> list:
    services = Services(Loaded(model), methods, lambda: PreviewSettings("off"))
    told = list(run(1, small(sampler, 2), services, cancel or CancelToken()))
    found = [event for event in told if isinstance(event, kind)]
    assert found, told[-1]
    return found


def prepared(tmp_path, step: str, before: str = ""):
    """A home with an enabled plugin, and a registry with it."""
    home = kit.Home(tmp_path)
    home.enabled(kit.write(tmp_path / "source", step=step, before=before))
    methods = builtin_methods()
    home.host.add_to(methods)
    return home, methods


def random_states() -> tuple:
    return torch.get_rng_state().tolist(), np.random.get_state()[1].tolist(), random.getstate()


def test_there_are_forty():
    assert len(STEPS) >= 40


@pytest.mark.parametrize("case", STEPS)
def test_one_that_misbehaves_is_named_and_harms_nothing(tmp_path, starter, reference, case):
    step, says = STEPS[case]
    home, methods = prepared(tmp_path, step)
    before = random_states()
    (failed,) = ends(starter, methods, "sample", Failed)
    assert "Sample" in failed.sentence
    assert says in failed.sentence
    assert "step 1" in failed.sentence
    assert random_states() == before
    entry = home.store.entry("sample")
    if says.endswith("no numbers"):  # it may be the precision
        assert entry.state is PluginState.ENABLED
    else:
        assert (entry.state, entry.sentence) == (PluginState.FAILED, failed.sentence)
        assert failed.sentence.startswith("Sample of the plugin Sample stopped at step 1: ")
        (again,) = ends(starter, methods, "sample", Failed)
        assert again.sentence.startswith("Sample is not enabled.")
    (ready,) = ends(starter, methods, "ddim", ImageReady)
    assert pixels(ready.generated.image) == reference


def test_one_that_behaves_gives_the_picture_of_the_sampler_that_it_is(tmp_path, starter, reference):
    """Its step is Euler's, which is that of DDIM without noise."""
    home, methods = prepared(tmp_path, kit.GOOD_STEP)
    (mine,) = ends(starter, methods, "sample", ImageReady)
    (euler,) = ends(starter, methods, "euler", ImageReady)
    assert pixels(mine.generated.image) == pixels(euler.generated.image)
    assert home.store.entry("sample").state is PluginState.ENABLED


def test_what_it_prints_goes_to_standard_error_with_its_name(tmp_path, starter, capsys):
    step = "print('level', level.timestep)\nprint('\\x1b[31mred', end='')\n" + kit.GOOD_STEP
    _, methods = prepared(tmp_path, step, before="print('hello from import')")
    out = sys.stdout
    ends(starter, methods, "sample", ImageReady)
    said = capsys.readouterr()
    assert said.out == ""
    assert sys.stdout is out
    lines = said.err.splitlines()
    assert lines[0] == "Sample: hello from import"
    assert lines[1].startswith("Sample: level ")
    assert lines[2] == "Sample: \\x1b[31mred"


def test_it_fails_at_import_and_is_named(tmp_path, starter, reference):
    home, methods = prepared(tmp_path, kit.GOOD_STEP, before="import sys\nsys.exit(1)")
    (failed,) = ends(starter, methods, "sample", Failed)
    assert failed.sentence == "Sample could not be loaded: SystemExit: 1. It is off."
    assert home.store.entry("sample").state is PluginState.FAILED
    (ready,) = ends(starter, methods, "ddim", ImageReady)
    assert pixels(ready.generated.image) == reference


SWALLOWING = "try:\n    denoiser(x, level)\nexcept BaseException:\n    pass\nreturn Step(x * 0.5, x * 0.5)"
WRAPPING = (
    "try:\n    denoiser(x, level)\nexcept BaseException as problem:\n    raise RuntimeError('mine') from problem\n"
    "return Step(x * 0.5, x * 0.5)"
)


@pytest.mark.parametrize("step", [kit.GOOD_STEP, SWALLOWING, WRAPPING], ids=["plain", "swallowing", "wrapping"])
def test_a_cancel_is_a_cancel_whatever_it_does_with_it(tmp_path, starter, step):
    home, methods = prepared(tmp_path, step)
    cancel = CancelToken()

    class Cancelling:
        def __call__(self, *given):
            cancel.cancel()
            raise CancelRequested

    ends(Bent(starter, network=Cancelling()), methods, "sample", Cancelled, cancel)
    assert home.store.entry("sample").state is PluginState.ENABLED


@pytest.mark.parametrize("step", [kit.GOOD_STEP, SWALLOWING, WRAPPING], ids=["plain", "swallowing", "wrapping"])
def test_what_the_network_raises_is_not_its_fault(tmp_path, starter, step):
    home, methods = prepared(tmp_path, step)

    def full(*_):
        raise OutOfMemory("The device has no memory left.")

    (failed,) = ends(Bent(starter, network=full), methods, "sample", Failed)
    assert failed.sentence == "The device has no memory left."
    assert home.store.entry("sample").state is PluginState.ENABLED


def test_memory_that_is_full_in_its_own_step_is_not_its_fault(tmp_path, starter):
    home, methods = prepared(tmp_path, "raise MemoryError")
    (failed,) = ends(starter, methods, "sample", Failed)
    assert failed.sentence.startswith("Out of memory")
    assert home.store.entry("sample").state is PluginState.ENABLED


def test_what_the_network_could_not_say_is_not_its_fault(tmp_path, starter):
    home, methods = prepared(tmp_path, kit.GOOD_STEP)
    (failed,) = ends(Bent(starter, network=lambda x, *_: x * float("nan")), methods, "sample", Failed)
    assert failed.sentence.startswith("The model gave values that are no numbers")
    assert home.store.entry("sample").state is PluginState.ENABLED


def test_a_name_that_is_taken_stays_whose_it_was(tmp_path):
    home = kit.Home(tmp_path)
    home.enabled(kit.write(tmp_path / "source", "ddim"))
    methods = builtin_methods()
    home.host.add_to(methods)
    assert [info.name for info in methods.samplers.infos()] == ["ddim", "ddpm", "euler"]
    assert type(methods.samplers.get("ddim")).__module__ == "studio.sampling.ddim"


def test_enabled_again_it_works_again(tmp_path, starter):
    home, methods = prepared(tmp_path, "raise ValueError('once')")
    ends(starter, methods, "sample", Failed)
    (home.own / "sample" / "sample.py").write_text(kit.code())
    home.store.enable("sample", home.store.files("sample").digest)
    home.host.forget("sample")
    ends(starter, methods, "sample", ImageReady)


def test_an_update_without_its_sampler_says_so(tmp_path, starter):
    home, methods = prepared(tmp_path, kit.GOOD_STEP)
    text = kit.manifest().replace('name = "sample"', 'name = "other"')
    (home.own / "sample" / "plugin.toml").write_text(text)
    (home.own / "sample" / "sample.py").write_text(kit.code().replace('SamplerInfo("sample"', 'SamplerInfo("other"'))
    home.store.enable("sample", home.store.files("sample").digest)
    (failed,) = ends(starter, methods, "sample", Failed)
    assert failed.sentence == "Sample has no sampler 'sample' any more. Start again."


def test_who_waits_for_the_network_is_not_blamed_for_the_end_of_the_program(tmp_path, starter):
    _, methods = prepared(tmp_path, kit.GOOD_STEP)
    marks = []

    def looking(*given):
        marks.append([path.read_bytes() for path in (tmp_path / "at-work").iterdir()])
        return starter.network(*given)

    ends(Bent(starter, network=looking), methods, "sample", ImageReady)
    assert marks == [[RESTING], [RESTING]]


def test_a_method_of_a_plugin_that_is_off_says_where_it_is(tmp_path):
    home = kit.Home(tmp_path)
    home.store.install(kit.write(tmp_path / "source"))
    with pytest.raises(InvalidField, match="'sample' comes with the plugin Sample, which is not enabled") as refused:
        home.host.methods().samplers.get("sample")
    assert refused.value.field == "sampler"
    with pytest.raises(InvalidField, match="Sampler 'other' is not known"):
        home.host.methods().samplers.get("other")
