"""The step ``tune``: a split in, the best options of a model out."""

from __future__ import annotations

import argparse
import logging

from latentbin import __version__
from latentbin.command import stage
from latentbin.errors import UserError
from latentbin.files import check_output_folder, file_digest, write_json
from latentbin.options import Options, as_dict, from_args
from latentbin.taxonomy.models.calibrate import Calibrated
from latentbin.taxonomy.models.fitting import fit, versions
from latentbin.taxonomy.models.options import TrainOptions, TuneOptions
from latentbin.taxonomy.models.task import read_task
from latentbin.taxonomy.models.train_step import running
from latentbin.taxonomy.models.tuning import Study, best_parameters, identity_of

logger = logging.getLogger(__name__)


def tune(args: argparse.Namespace) -> None:
    """Try options on the training part, judged by the validation part."""
    options = from_args(TuneOptions, args)
    if args.study == args.output:
        raise UserError(f"{args.output}: --study and --output are one file. Give two names.")
    for path in (args.output, args.study):
        check_output_folder(path)
    with stage("read the training and validation part"):
        task = read_task(args.matrix, args.labels, args.split, options.rank)
    train = TrainOptions(
        rank=options.rank, model=options.model, class_weights=options.class_weights
    )
    # by their content: the order counts, the names of the files do not
    paths = {f"matrix {n}": path for n, path in enumerate(args.matrix, 1)}
    paths |= {"labels": args.labels, "split": args.split}
    inputs = {name: file_digest(path) for name, path in paths.items()}
    asked = {**as_dict(train), "objective": options.objective}
    study = Study(
        args.study,
        options.model,
        options.objective,
        identity_of(inputs, asked, args.seed),
        args.seed,
    )

    def score(own: Options) -> Calibrated:
        return fit(task, train, own, args.seed, args.threads).scores

    interrupted = False
    quiet = logging.getLogger("latentbin.taxonomy.models.boosting")
    level = quiet.level
    quiet.setLevel(logging.WARNING)  # a line per trial is enough
    try:
        with running(options.model, args.threads, args.device):
            study.run(score, options.trials, options.minutes)
    except KeyboardInterrupt:
        if not study.finished():
            raise
        interrupted = True
        logger.warning("interrupted; finished trials are kept, the same command goes on")
    finally:
        quiet.setLevel(level)
    best = study.best()
    logger.info(
        "best of %d trials: number %d, %s %.4f",
        best.finished,
        best.trial,
        options.objective,
        best.value,
    )
    write_json(
        args.output,
        {
            "command": "latentbin-taxonomy tune",
            "version": __version__,
            "versions": versions(options.model),
            "inputs": inputs,
            "objective": options.objective,
            "seed": args.seed,
            "interrupted": interrupted,
            "finished_trials": best.finished,
            "best_trial": best.trial,
            "validation": best.scores,
            "parameters": best_parameters(train, best),
            "trials": study.trials(),
        },
    )
