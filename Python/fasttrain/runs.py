"""Training."""

from __future__ import annotations

import ctypes
import json
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from . import _library
from .datasets import Dataset
from .models import Model

Listener = Callable[[dict[str, Any]], Any]


@dataclass(frozen=True)
class Run:
    """The result of a run."""

    #: The model of the best epoch if there were validation rows, and of the last epoch otherwise.
    model: Model
    #: A record of each epoch, with the members of a line of history.jsonl.
    history: list[dict[str, Any]]
    #: The evaluation of the model on the validation rows, if there were any.
    validation: dict[str, Any] | None
    #: The evaluation of the model on the test rows, if there were any.
    test: dict[str, Any] | None
    #: The epoch that the model was taken from, from 1; None without validation rows.
    best_epoch: int | None
    #: The reason why the run ended: "epochs", "patience", "tol", "converged", "max-time" or "interrupted".
    ended_by: str
    #: The path of the newest checkpoint; None without a run folder.
    checkpoint: str | None
    #: The wall-clock time of the run in seconds.
    seconds: float
    #: The settings, complete.
    recipe: dict[str, Any]

    def history_frame(self) -> Any:
        """Return the history as a DataFrame of pandas, one row for each epoch."""
        import pandas

        return pandas.DataFrame(self.history).set_index("epoch")


def train(
    recipe: Mapping[str, Any],
    data: Dataset,
    *,
    threads: int | None = None,
    output: str | os.PathLike[str] | None = None,
    checkpoint_every: int | None = None,
    max_time: float | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    data_path: str | os.PathLike[str] | None = None,
    progress: Listener | None = None,
) -> Run:
    """Train a network.

    Ctrl-C ends the run after its current step. The result is that of the epochs until then, and a run with a folder has
    a checkpoint, from which `resume` goes on.

    Args:
        recipe: Settings by their names in recipe.json, such as {"hidden": [128], "epochs": 10}; the others have their
            defaults.
        data: The data set.
        threads: The number of threads; it changes no bit of the result.
        output: A folder for checkpoints, history, model and report.
        checkpoint_every: The number of steps between checkpoints, instead of one after each epoch.
        max_time: The time limit in seconds.
        tensorboard: A folder for event files.
        data_path: The file of the data set, for recipe.json.
        progress: A function that is called with each event, {"event": "step" | "epoch" | "saved", …}; the run ends if
            it returns True or raises an exception, which is then raised here.

    Raises:
        UsageError: A setting is out of range or has no effect.
        DivergedError: The loss or a parameter became NaN or infinite.
    """
    options = {
        "threads": threads,
        "output": output,
        "checkpoint_every": checkpoint_every,
        "max_time": max_time,
        "tensorboard": tensorboard,
        "data_path": data_path,
    }
    return _run("train", _library.encoded(recipe), data, options, progress)


def resume(
    folder: str | os.PathLike[str],
    data: Dataset | None = None,
    *,
    epochs: int | None = None,
    threads: int | None = None,
    max_time: float | None = None,
    tensorboard: str | os.PathLike[str] | None = None,
    data_path: str | os.PathLike[str] | None = None,
    progress: Listener | None = None,
) -> Run:
    """Continue a run from the newest intact checkpoint in its folder, to the same bits as without the interruption.

    Args:
        folder: The run folder.
        data: The data set that the run was started on; None opens the file that recipe.json names.
        epochs: A new total number of epochs.
        threads: See `train`, as for the others.
    """
    options = {
        "epochs": epochs,
        "threads": threads,
        "max_time": max_time,
        "tensorboard": tensorboard,
        "data_path": data_path,
    }
    return _run("resume", _library.path_bytes(folder), data, options, progress)


def _run(
    name: str, first: bytes, data: Dataset | None, options: dict[str, Any], progress: Listener | None
) -> Run:
    raised: list[BaseException] = []

    def hear(_: int | None, event: bytes) -> bool:
        # Python handles signals here, so that Ctrl-C raises KeyboardInterrupt within this function.
        try:
            return bool(progress and progress(json.loads(event)))
        except BaseException as error:  # noqa: BLE001: C cannot pass it on, so it is raised below
            raised.append(error)
            return True

    model, result = _library.Handle(), _library.Text()
    given = {key: value for key, value in options.items() if value is not None}
    _library.call(
        name, first, data._handle if data else None, _library.encoded(given), _library.Progress(hear), None,
        ctypes.byref(model), ctypes.byref(result))
    trained = Model._of(model)
    members = json.loads(_library.taken(result))
    if raised and not isinstance(raised[0], KeyboardInterrupt):
        raise raised[0]
    for line in members.pop("warnings"):
        warnings.warn(line, stacklevel=3)
    if raised:
        warnings.warn(f"interrupted after {len(members['history'])} epochs", stacklevel=3)
    return Run(model=trained, **members)
