"""CurricularFace: a cosine classifier's loss that turns to the hard negatives as training goes on.

Huang et al., CVPR 2020 (arXiv:2004.00288), equations 5, 8, 10 and 11.
"""

from __future__ import annotations

import math
from typing import Any

from keras import ops

MOMENTUM = 0.99  # of the running mean, as in the authors' program
# arccos has no slope at its ends; a cosine past this is taken for this
_LARGEST_COSINE = 1 - 1e-6


def target_cosines(cosines: Any, targets: Any) -> Any:
    """The cosine of each row with its own class.

    Parameters
    ----------
    cosines : (n_rows, n_classes) of each row's unit vector with each class's
    targets : (n_rows,) integers, the class of each row

    Returns
    -------
    cosines : (n_rows, 1)
    """
    return ops.take_along_axis(cosines, ops.expand_dims(ops.cast(targets, "int32"), 1), axis=1)


def running_mean(t: Any, cosines: Any, targets: Any) -> Any:
    """The t of the next step: an exponential mean of the target cosines, which tells how far
    training has come (equation 11; it starts at 0).
    """
    return MOMENTUM * t + (1 - MOMENTUM) * ops.mean(target_cosines(cosines, targets))


def curricular_logits(cosines: Any, targets: Any, t: Any, margin: float, scale: float) -> Any:
    """Logits for softmax cross-entropy over classes.

    The target cosine becomes ``cos(theta + margin)``. A negative that exceeds it is hard and is
    weighed: ``c (t + c)`` in place of ``c``; at the start, t near 0, this makes hard negatives
    count less, later more. Where ``theta + margin`` would pass pi, the target goes on falling
    in a straight line, so that its gradient never changes sign.

    Parameters
    ----------
    cosines : (n_rows, n_classes), float32
    targets : (n_rows,) integers below n_classes
    t : the running mean, a scalar; no gradient runs through it
    margin : in radians, from 0 to below pi / 2
    scale : factor of all logits, positive

    Returns
    -------
    logits : (n_rows, n_classes)
    """
    cosines = ops.clip(cosines, -_LARGEST_COSINE, _LARGEST_COSINE)
    target = target_cosines(cosines, targets)
    sines = ops.sqrt(1 - target * target)
    moved = target * math.cos(margin) - sines * math.sin(margin)
    moved = ops.where(target > -math.cos(margin), moved, target - margin * math.sin(margin))
    t = ops.stop_gradient(ops.cast(t, cosines.dtype))
    negatives = ops.where(cosines > moved, cosines * (t + cosines), cosines)
    classes = ops.arange(ops.shape(cosines)[1], dtype="int32")
    own = ops.expand_dims(ops.cast(targets, "int32"), 1) == classes
    return scale * ops.where(own, moved, negatives)
