"""Loading TensorFlow: quiet, with the threads and the device that were asked for."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator

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
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if device == "cpu":
        os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    with stage("loaded tensorflow"), _quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tensorflow as tf

        tf.config.list_physical_devices()  # looks for a GPU, and says so if there is none
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        # already at work in this process, with the threads it was given first
        logger.info("tensorflow keeps its threads")
    return choose_device(device)


def choose_device(name: str) -> str:
    """TensorFlow's name of the device ``auto``, ``cpu`` or ``cuda``; the log says which."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    if name == "cuda" and not gpus:
        raise UserError(
            "--device cuda: TensorFlow finds no usable GPU. Check the driver (nvidia-smi) and the "
            "container's GPU option, or use --device auto."
        )
    use_gpu = bool(gpus) and name != "cpu"
    logger.info("device: %s", "cuda" if use_gpu else "cpu")
    return "/GPU:0" if use_gpu else "/CPU:0"


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Hold back what libraries write to stderr, unless the work fails.

    TensorFlow tells of the processor's instructions and of missing GPUs before its log level is
    in force; users take these lines for errors.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        failed = True
        try:
            yield
            failed = False
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            if failed:
                held.seek(0)
                os.write(2, held.read())
