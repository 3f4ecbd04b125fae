"""Guidance rules from papers, all for the recipe's guidance scale s unless they say otherwise."""

from __future__ import annotations

from reverie_plugins.guidance_pack.apg import AdaptiveProjected
from reverie_plugins.guidance_pack.cfg_plus_plus import CfgPlusPlus
from reverie_plugins.guidance_pack.dynamic_threshold import DynamicThreshold
from reverie_plugins.guidance_pack.limited import Limited
from reverie_plugins.guidance_pack.perpendicular_negative import PerpendicularNegative
from reverie_plugins.guidance_pack.rescaled import Rescaled

CONTRIBUTIONS = (
    Rescaled(),
    Limited(),
    PerpendicularNegative(),
    DynamicThreshold(),
    CfgPlusPlus(),
    AdaptiveProjected(),
)
