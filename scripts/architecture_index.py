"""Makes the index of architectures: `python -m scripts.architecture_index`.

Every one of torchvision's and timm's is built without memory for its weights (torch's "meta"
device) and never downloaded. What was seen is kept in the folder `--seen` (default:
.state/architectures), one file an architecture, so that a broken run goes on where it stopped;
`--shard 0/2` looks at every second one only, and writes nothing but what it saw.

Written are xai_core/models/weights/index/index.npz, and
xai_core/models/pickles/vision_classes.txt: the names that pickles of these architectures
need, of classes that are safe to restore.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
from pathlib import Path

from scripts.architectures.alike import with_equals
from scripts.architectures.index_file import make_index, write_index
from scripts.architectures.observe import Observation, observe
from scripts.architectures.pickled import write_classes
from scripts.architectures.variants import Variant, variants
from xai_core.models.vision_libraries import LIBRARIES, vision_library


def main(words: list[str]) -> int:
    """Look at every architecture, then write both files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seen", type=Path, default=Path(".state/architectures"))
    parser.add_argument("--shard", default="0/1")
    options = parser.parse_args(words)
    options.seen.mkdir(parents=True, exist_ok=True)
    shard, shards = map(int, options.shard.split("/"))
    warnings.simplefilter("ignore")
    todo = variants()
    for variant in todo[shard::shards]:
        _seen(variant, options.seen)
    if shards == 1:
        _write([seen for variant in todo if (seen := _seen(variant, options.seen))])
    return 0


def _seen(variant: Variant, folder: Path) -> Observation | None:
    path = folder / f"{variant.name.replace('/', '+')}.json"
    if not path.exists():
        try:
            text = json.dumps(observe(variant).to_dict())
        except Exception as cause:  # libraries' builders raise nearly anything
            text = json.dumps({"failed": f"{type(cause).__name__}: {str(cause)[:200]}"})
        path.write_text(text, encoding="utf-8")
    data = json.loads(path.read_text(encoding="utf-8"))
    if "failed" in data:
        print(f"left out: {variant.name}: {data['failed']}", flush=True)
        return None
    return Observation.from_dict(data)


def _write(found: list[Observation]) -> None:
    equal = with_equals([(item.entry, item.tensors) for item in found])
    # Without the part that names a build (`+cu130`): the architectures are the same.
    versions = {n: str(vision_library(n).__version__).partition("+")[0] for n in LIBRARIES}
    index = make_index(equal, versions)
    write_index(index)
    count = write_classes({name for item in found for name in item.pickled})
    print(
        f"{len(index.entries)} architectures, {len(index.tensors)} tensors, "
        f"{len(index.names)} names, {len(index.pairs)} pairs, {count} classes"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
