"""Convolutions that keep their weights as the processor's library wants them.

oneDNN works on weights in blocks. torch keeps them in plain order and has them rearranged in every call; for pictures
as small as the starter model's that is an eighth of the network's time. Which blocks are best depends on the shape of
the input: in the wrong ones a call takes three times as long. So there is an arrangement for each shape.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

from studio.models.device import Placement

# Each arrangement is a copy of the weights. Networks with more than this draw larger pictures, which gain little.
BYTES_MAXIMUM = 256 * 2**20
# Guided and unguided calls differ in shape, and may take turns.
SHAPES_KEPT = 2


class PackedConvolution(nn.Conv2d):
    """A `Conv2d` made faster by `pack_convolutions`; its results differ from the plain ones by rounding alone.

    Every call of one shape is computed in one way, the first one too: pictures must not depend on what ran before.
    """

    _arranged: OrderedDict[tuple[torch.Size, int], Tensor]

    def forward(self, input: Tensor) -> Tensor:
        if input.dtype != torch.float32 or self.weight.dtype != torch.float32 or torch.is_grad_enabled():
            return super().forward(input)
        operations: Any = torch.ops.mkldnn
        weight, settings = self._arranged_for(input.shape), (self.padding, self.stride, self.dilation, self.groups)
        made: Tensor = operations._convolution_pointwise(input, weight, self.bias, *settings, "none", [], "")
        return made

    def _arranged_for(self, shape: torch.Size) -> Tensor:
        key = (shape, self.weight._version)
        if key not in self._arranged:
            operations: Any = torch._C._nn
            settings = (self.padding, self.stride, self.dilation, self.groups)
            plain = self.weight.detach().to_mkldnn()
            self._arranged[key] = operations.mkldnn_reorder_conv2d_weight(plain, *settings, shape)
            if len(self._arranged) > SHAPES_KEPT:
                self._arranged.popitem(last=False)
        self._arranged.move_to_end(key)
        return self._arranged[key]


def pack_convolutions(network: nn.Module, placement: Placement) -> None:
    """Let a network's convolutions keep arranged weights where that helps: on the CPU, in float32, with oneDNN."""
    plain = [module for module in network.modules() if type(module) is nn.Conv2d and _is_simple(module)]
    size = sum(convolution.weight.nbytes for convolution in plain)
    if placement.device.type != "cpu" or placement.dtype != torch.float32 or size > BYTES_MAXIMUM or not _can_pack():
        return
    for convolution in plain:
        convolution.__class__ = PackedConvolution
        vars(convolution)["_arranged"] = OrderedDict()


def _is_simple(convolution: nn.Conv2d) -> bool:
    """Whether the padding is plain, and changes of the weights can be noticed."""
    plain = convolution.padding_mode == "zeros" and not isinstance(convolution.padding, str)
    return plain and not convolution.weight.is_inference()


def _can_pack() -> bool:
    """Whether this build of torch has oneDNN and the operations, which torch itself uses for compiled networks."""
    available: Any = torch.backends.mkldnn.is_available
    return (
        bool(available())
        and hasattr(torch._C._nn, "mkldnn_reorder_conv2d_weight")
        and hasattr(torch.ops.mkldnn, "_convolution_pointwise")
    )
