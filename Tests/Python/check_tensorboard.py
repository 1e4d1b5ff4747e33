#!/usr/bin/env python3
"""Read the event files of --tensorboard with TensorBoard's own reader.

    python3 check_tensorboard.py FASTTRAIN

Every epoch of history.jsonl must occur once: in a run that finished, in one that was resumed, and in one that was
killed in the middle of a record, after epochs that no checkpoint contains. Needs requirements-tensorboard.txt.
"""

import json
import logging
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

# TensorBoard logs every epoch that it discards.
logging.getLogger("tensorboard").setLevel(logging.ERROR)

TAGS = {
    "training": {"loss": "train_loss", "learning_rate": "learning_rate", "samples_per_second": "samples_per_second"},
    "validation": {"loss": "validation_loss", "accuracy": "validation_accuracy"},
}


def check(name, run, logs):
    history = [json.loads(line) for line in (run / "history.jsonl").read_text().splitlines()]
    for split, tags in TAGS.items():
        # The reader only continues to the second file of a run when it sees it.
        reader = EventAccumulator(str(logs / split))
        reader.Reload()
        assert set(reader.Tags()["scalars"]) == set(tags), f"{name}: {split} has {reader.Tags()['scalars']}"
        for tag, key in tags.items():
            events = reader.Scalars(tag)
            assert [event.step for event in events] == [record["epoch"] for record in history], (
                f"{name}: {split} {tag} has the steps {[event.step for event in events]}")
            # The speed of a repeated epoch differs.
            for event, record in zip(events, history):
                assert event.value == np.float32(record[key]), f"{name}: {split} {tag}: {event} for {record}"
            assert all(abs(event.wall_time - time.time()) < 86400 for event in events)
    files = len(list((logs / "training").iterdir()))
    print(f"{name}: {len(history)} epochs in {files} event files, as TensorBoard reads them")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    fasttrain = sys.argv[1]

    def call(*arguments):
        subprocess.run([fasttrain, *arguments, "--quiet"], check=True, stdout=subprocess.DEVNULL)

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run, logs = folder / "run", folder / "logs"
        call("train", "--hidden", "8", "--epochs", "3", "--output", run, "--tensorboard", logs)
        check("a run", run, logs)
        call("resume", run, "--epochs", "6", "--tensorboard", logs)
        check("a run that went on", run, logs)
        call("resume", run, "--epochs", "7", "--tensorboard", folder / "late")
        check("a run that went on into another folder", run, folder / "late")

        run, logs = folder / "killed", folder / "killed-logs"
        process = subprocess.Popen(
            [fasttrain, "--hidden", "8", "--epochs", "5000", "--checkpoint-every", "290", "--quiet", "--output", run,
             "--tensorboard", logs])
        # Save a checkpoint after every tenth epoch, and run some more epochs.
        while process.poll() is None and sum(file.stat().st_size for file in logs.glob("training/*")) < 1700:
            time.sleep(0.002)
        process.kill()
        process.wait()
        for file in logs.glob("*/*"):
            content = file.read_bytes()
            file.write_bytes(content + content[:20])
        call("resume", run, "--epochs", "400", "--tensorboard", logs)
        check("a run that was killed", run, logs)


if __name__ == "__main__":
    main()
