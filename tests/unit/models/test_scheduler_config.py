"""scheduler_config.json against diffusers' own schedulers and pipelines, and against strangers' files."""

from __future__ import annotations

import inspect
import json
import math

import diffusers
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studio.errors import RefusedFile
from studio.models.scheduler_config import SCHEDULER_CLASSES, schedule_from_config
from studio.sampling.schedule import RATIO_MAXIMUM, X0Rule

# What these classes need (scipy, torchsde) is not installed, so their signature is hidden; their source was read.
HIDDEN = ("LMSDiscreteScheduler", "DPMSolverSDEScheduler")
SEEN = [name for name in SCHEDULER_CLASSES if name not in HIDDEN]

SD_1 = {
    "_class_name": "PNDMScheduler",
    "_diffusers_version": "0.6.0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "num_train_timesteps": 1000,
    "set_alpha_to_one": False,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "trained_betas": None,
    "clip_sample": False,
}

BETAS = [
    {},
    {"beta_schedule": "linear", "beta_start": 0.001, "beta_end": 0.03, "num_train_timesteps": 200},
    {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012},
    {"beta_schedule": "squaredcos_cap_v2"},
    {"beta_schedule": "squaredcos_cap_v2", "num_train_timesteps": 50},
    {"trained_betas": [0.01, 0.02, 0.2, 0.5], "num_train_timesteps": 4},
    {"beta_schedule": "scaled_linear", "beta_start": 0.00085, "beta_end": 0.012, "rescale_betas_zero_snr": True},
    {"trained_betas": [0.1, 0.2, 0.3], "num_train_timesteps": 3, "rescale_betas_zero_snr": True},
]


@pytest.mark.parametrize("betas", BETAS, ids=str)
@pytest.mark.parametrize("name", ["DDIMScheduler", "DDPMScheduler", "LCMScheduler"])
def test_levels_are_those_of_diffusers(name, betas):
    theirs = getattr(diffusers, name).from_config(betas)
    schedule, _ = schedule_from_config({"_class_name": name, **betas})
    bar = theirs.alphas_cumprod.double().numpy()
    assert len(schedule) == len(bar)
    assert np.abs(schedule.alphas**2 - bar).max() < 1e-6
    assert np.abs(schedule.sigmas**2 - (1 - bar)).max() < 1e-6
    assert schedule.timesteps.tolist() == list(range(len(bar)))


@pytest.mark.parametrize("betas", BETAS, ids=str)
def test_ratios_are_the_sigmas_of_eulers_scheduler(betas):
    theirs = diffusers.EulerDiscreteScheduler.from_config(betas)
    bar = theirs.alphas_cumprod.double().numpy()
    schedule, _ = schedule_from_config({"_class_name": "EulerDiscreteScheduler", **betas})
    assert schedule.ratios() == pytest.approx(np.sqrt((1 - bar) / bar), rel=2e-3)
    if betas.get("rescale_betas_zero_snr"):
        assert schedule.alphas[-1] == 0
        assert schedule.ratios()[-1] == RATIO_MAXIMUM


@pytest.mark.parametrize("name", SEEN)
def test_defaults_are_those_of_the_class(name):
    parameters = inspect.signature(getattr(diffusers, name).__init__).parameters
    ours = SCHEDULER_CLASSES[name]._asdict()
    for key in ours.keys() & parameters.keys():
        assert ours[key] == parameters[key].default, key
    if "clip_sample" not in parameters:
        assert ours["clip_sample"] is False


def test_every_class_that_stable_diffusion_pipelines_take_is_known():
    takes = {member.name for member in diffusers.schedulers.KarrasDiffusionSchedulers}
    # EDM describes noise added to the picture itself, with its own scaling of the network's input.
    assert takes - set(SCHEDULER_CLASSES) == {"EDMEulerScheduler"}


def test_stable_diffusion_1():
    schedule, parametrisation = schedule_from_config(SD_1)
    assert parametrisation == "eps"
    assert (schedule.steps_offset, schedule.spacing, schedule.set_alpha_to_one) == (1, "leading", False)
    assert (schedule.final_sigma_min, schedule.variance, schedule.x0_rule) == (False, "small", None)
    # The published signal at the noisiest level of Stable Diffusion.
    assert schedule.alphas[-1] ** 2 == pytest.approx(0.00466, abs=1e-5)


@pytest.mark.parametrize("original", [{}, {"steps_offset": 0, "clip_sample": True}, {"steps_offset": 5}, SD_1], ids=str)
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_latent_models_are_amended_as_their_pipeline_does(original):
    amended = _pipeline_config(original)
    schedule, _ = schedule_from_config({"_class_name": "DDIMScheduler", **original})
    assert schedule.steps_offset == amended["steps_offset"]
    assert (schedule.x0_rule is not None) == amended["clip_sample"]
    assert schedule.set_alpha_to_one == amended["set_alpha_to_one"]


def _pipeline_config(original):
    """The configuration that a pipeline works with after it was built around a DDIM scheduler."""
    parts = dict.fromkeys(("text_encoder", "tokenizer", "unet", "safety_checker", "feature_extractor"))
    with torch.random.fork_rng(devices=[]):
        vae = diffusers.AutoencoderKL(block_out_channels=(4,), norm_num_groups=2)
    scheduler = diffusers.DDIMScheduler.from_config(original)
    pipeline = diffusers.StableDiffusionPipeline(
        vae=vae, scheduler=scheduler, image_encoder=None, requires_safety_checker=False, **parts
    )
    return pipeline.scheduler.config


@pytest.mark.parametrize(
    "original", [SD_1, {**SD_1, "set_alpha_to_one": True}, {"_class_name": "PNDMScheduler"}], ids=str
)
def test_the_last_level_is_ddims_own_after_it_took_over_the_configuration(original):
    scheduler = getattr(diffusers, original["_class_name"]).from_config(original)
    ddim = diffusers.DDIMScheduler.from_config(scheduler.config)
    schedule, _ = schedule_from_config(original)
    assert schedule.set_alpha_to_one == ddim.config.set_alpha_to_one


def test_other_models_keep_what_their_file_says():
    schedule, _ = schedule_from_config({"_class_name": "DDPMScheduler", "clip_sample_range": 2.0}, latent=False)
    assert schedule.x0_rule == X0Rule(clip=2.0)
    assert schedule.steps_offset == 0
    schedule, _ = schedule_from_config({"_class_name": "PNDMScheduler", "steps_offset": 3}, latent=False)
    assert schedule.x0_rule is None
    assert schedule.steps_offset == 3


@pytest.mark.parametrize("latent", [True, False])
def test_thresholding_goes_before_clipping(latent):
    config = {"thresholding": True, "dynamic_thresholding_ratio": 0.9, "sample_max_value": 2, "clip_sample": True}
    schedule, _ = schedule_from_config(config, latent=latent)
    assert schedule.x0_rule == X0Rule(quantile=0.9, quantile_maximum=2.0)


@pytest.mark.parametrize(
    ("name", "ours"), [("epsilon", "eps"), ("v_prediction", "v"), ("sample", "x0"), (None, "eps")]
)  # fmt: skip
def test_prediction_type(name, ours):
    assert schedule_from_config({"prediction_type": name})[1] == ours


@pytest.mark.parametrize(
    ("name", "ours"),
    [("fixed_small", "small"), ("fixed_small_log", "small"), ("fixed_large", "large"), ("learned_range", "learned")],
)
def test_variance_type(name, ours):
    assert schedule_from_config({"variance_type": name})[0].variance == ours


def test_final_sigmas_type_and_spacing():
    config = {"_class_name": "DPMSolverMultistepScheduler", "final_sigmas_type": "sigma_min", "variance_type": None}
    schedule, _ = schedule_from_config(config)
    assert schedule.final_sigma_min
    assert (schedule.variance, schedule.spacing) == ("small", "linspace")


REFUSED = [
    ("_class_name", "FlowMatchEulerDiscreteScheduler"),
    ("_class_name", 7),
    ("_class_name", ["DDIMScheduler"]),
    ("beta_schedule", "sigmoid"),
    ("beta_schedule", 1),
    ("beta_start", math.nan),
    ("beta_start", -0.1),
    ("beta_start", "0.1"),
    ("beta_end", 1.0),
    ("beta_end", True),
    ("num_train_timesteps", 0),
    ("num_train_timesteps", 10**12),
    ("num_train_timesteps", 1000.5),
    ("prediction_type", "score"),
    ("prediction_type", {}),
    ("trained_betas", [0.1, 0.2]),
    ("trained_betas", [0.5] * 1000),
    ("trained_betas", [0.1] * 999 + [1.5]),
    ("trained_betas", "0.1"),
    ("trained_betas", []),
    ("rescale_betas_zero_snr", "yes"),
    ("timestep_spacing", "karras"),
    ("timestep_type", "continuous"),
    ("use_flow_sigmas", True),
    ("final_sigmas_type", "none"),
    ("variance_type", "learned"),
    ("set_alpha_to_one", 1),
    ("steps_offset", -1),
    ("clip_sample_range", 0),
    ("clip_sample_range", math.inf),
    ("dynamic_thresholding_ratio", 1.01),
    ("dynamic_thresholding_ratio", math.nan),
    ("sample_max_value", 0.5),
]


@pytest.mark.parametrize(("field", "value"), REFUSED, ids=lambda value: str(value)[:30])
def test_what_is_not_supported_is_refused_by_name(field, value):
    with pytest.raises(RefusedFile, match=f"At '{field}': ") as caught:
        schedule_from_config({field: value})
    assert len(caught.value.sentence) < 300


def test_noise_that_does_not_rise_is_refused():
    with pytest.raises(RefusedFile, match="At 'beta_schedule': the noise does not rise"):
        schedule_from_config({"beta_start": 1e-300})


def test_zero_terminal_snr_of_one_level_is_refused():
    with pytest.raises(RefusedFile, match="rescale_betas_zero_snr"):
        schedule_from_config({"num_train_timesteps": 1, "rescale_betas_zero_snr": True})


KEYS = st.sampled_from(sorted({field for field, _ in REFUSED} | {"thresholding", "clip_sample"}))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["linear", "zero"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(KEYS, VALUES, max_size=5))
def test_whatever_json_says_gives_a_sound_schedule_or_is_refused(config):
    config = json.loads(json.dumps(config))
    try:
        schedule, _ = schedule_from_config(config)
    except RefusedFile:
        return
    ratios = schedule.ratios()
    assert len(ratios) == schedule.timesteps[-1] + 1
    assert np.all(np.isfinite(ratios))
    assert ratios[0] > 0
    assert np.all(np.diff(ratios) > 0)
    assert np.allclose(schedule.alphas**2 + schedule.sigmas**2, 1)
