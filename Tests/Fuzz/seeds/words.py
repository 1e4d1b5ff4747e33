"""List the keywords of the formats, which libFuzzer inserts into inputs."""

from .binaries import DIGEST
from .networks import RECIPE


WORDS = {
    "json": ['"', "\\u", "\\ud83d\\ude00", "true", "false", "null", "1e999", "-0", "{}", "[]", '":', "9223372036854775808"],
    "yaml": ["---", "...", "%YAML 1.1", "!!", "&a", "*a", "? ", ": ", "- ", "|", ">-", "~", "\\x41", "\\u2028", "'", "#",
             "{", "[", "<<", "\u00e9", "\u2028", "\ufeff"],
    "numbers": ["e+", "e-", "E", "99999", "100000", "0.", "00000000", "9007199254740993", "e-324", "e308", "inf", "nan", "0x"],
    "csv": ['"', '""', ",", ";", "\t", "\r\n", "\r", "\ufeff", "NA", "nan", "1e999", "inf", "?", "\u0301", "\n---\n"],
    "preprocessing": ['"columns":', '"targets":', '"name":', '"kind":"number"', '"kind":"categories"', '"values":', '"offset":',
                      '"divisor":', '"fill":', '"marked":true', '"window":', '"length":', '"horizon":'],
    "safetensors": ["__metadata__", "dtype", "shape", "data_offsets", "digest", DIGEST, "train.x", "train.y", "train.w", "test.x",
                    "test.y", "U8", "F32", "I64", "U16", "BF16", "format", "fasttrain.dataset.v1", "classes", "targets", "x_scale",
                    "preprocessing", "9223372036854775807"],
    "network": ["fasttrain.model.v1", "fasttrain.checkpoint.v1", "recipe=", "task=regression", "feature_shape=", "history=", "step=",
                "epoch=", "best_epoch=", "loss_sum=", "seconds=", "converged=true", "fingerprint=", "optimizer.", "best.", "ema.",
                ".exp_avg", ".exp_avg_sq", ".momentum", ".square_avg", ".sum", "0.weight", "0.bias", "1.running_mean",
                "num_batches_tracked"],
    "recipe": [f'"{name}"' for name in RECIPE] + [f"{name}: " for name in RECIPE]
              + ["sgd", "lbfgs", "lion", "rmsprop", "adagrad", "batch", "layer", "balanced", "huber", "poisson", "absolute-error",
                 "binary-cross-entropy", "plateau", "adaptive", "one-cycle", "exponential", "train-loss", "bf16", "leaky-relu"],
    "search": ["low", "high", "log", "int", "{low: 1, high: 2}", "hyperband", "random", "grid", '"rung":', '"bracket":', '"trial":',
               '"settings":', '"diverged":', '"starts_with_recipe":', "1e300", "9223372036854774784"],
    "gzip": [b"\x1f\x8b\x08", b"\x01\x00\x00\xff\xff", b"\x03\x00", b"\x00\x00\xff\xff"],
    "idx": [b"\x00\x00\x08\x01", b"\x00\x00\x08\x03", b"\x00\x00\x00\x01", b"\xff\xff\xff\xff"],
}
DICTIONARIES = {
    "numbers": ["numbers"], "json": ["json", "numbers"], "yaml": ["yaml", "json"], "csv": ["csv"],
    "table": ["csv", "numbers"], "series": ["csv", "numbers"], "rows": ["csv", "json", "preprocessing"], "idx": ["idx", "gzip"],
    "gzip": ["gzip"], "safetensors": ["safetensors", "json"], "dataset": ["safetensors", "json", "preprocessing"],
    "model": ["safetensors", "json", "network", "recipe", "preprocessing"], "parameters": ["safetensors", "network"],
    "config": ["yaml", "recipe"], "space": ["yaml", "recipe", "search"], "recipe": ["json", "recipe"], "history": ["json", "recipe"],
    "search": ["json", "recipe", "search"], "trials": ["json", "recipe", "search"],
}
