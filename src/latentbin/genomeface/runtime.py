"""Loading TensorFlow: quiet, with the threads and the device that were asked for."""

from __future__ import annotations

import logging
import os
import warnings

from latentbin.command import stage
from latentbin.errors import UserError

logger = logging.getLogger(__name__)


def load_tensorflow(threads: int, device: str) -> str:
    """Import TensorFlow; call before anything that needs it.

    Returns
    -------
    device : TensorFlow's name of it

    Raises
    ------
    UserError : ``cuda`` without a GPU
    """
    # Must be said before the import: no lines about the processor's instructions.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with stage("loaded tensorflow"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tensorflow as tf
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        # already at work in this process, with the threads it was given first
        logger.info("tensorflow keeps its threads")
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cuda" and not gpus:
        raise UserError(
            "--device cuda: TensorFlow finds no usable GPU. Check the driver (nvidia-smi) and the "
            "container's GPU option, or use --device auto."
        )
    name = "/GPU:0" if gpus and device != "cpu" else "/CPU:0"
    logger.info("device: %s", name)
    return name
