"""Pictures on their way into a study: unpacked, looked at, kept, and set beside their masks."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from components.session import decoding, upload
from components.session.state.workspace import Photo, StudyState
from components.session.upload import Arrival
from xai_core.base.errors import XaiError
from xai_core.base.storage.files import writing
from xai_core.pictures.archive import MAX_PICTURES, Found, is_picture, pictures_in, shown
from xai_core.studies.places.samples import MASKS, pictures_among, stem

NUMBERED = re.compile(r" \(\d+\)\Z")  # as `free_name` tells files of one name apart


def take(study_state: StudyState, arrival: Arrival) -> None:
    """What has come by upload: a picture, or an archive of pictures."""
    for one in _files(*arrival):
        add(study_state, one)


def add(study_state: StudyState, found: Found, mask: bytes | None = None) -> None:
    """One picture with its mask; why it is left out is noted."""
    try:
        _add(study_state, found, mask)
        study_state.refused.pop(found.name, None)
    except XaiError as error:
        study_state.refused[found.name] = str(error)


def pair_masks(study_state: StudyState) -> None:
    """Of `a.jpg` and `a.mask.png` the second becomes the mask of the first.

    Of several pictures of one name it belongs to the latest that has none.
    """
    uploaded, called = study_state.uploaded, defaultdict[str, list[str]](list)
    for name in uploaded:
        called[NUMBERED.sub("", name)].append(name)
    paired = dict(pictures_among(list(called)))
    for name, mask in paired.items():
        if mask is not None:
            lacking = [one for one in called[name] if uploaded[one].mask is None]
            bare = lacking or called[name][-1:]
            for one, its in zip(reversed(bare), reversed(called[mask]), strict=False):
                uploaded[one] = replace(uploaded[one], mask=uploaded[its].path)
    for name in called.keys() - paired.keys():
        if stem(name).endswith(MASKS):
            for one in called[name]:
                del uploaded[one]


def _files(name: str, data: bytes) -> Iterator[Found]:
    if not name.lower().endswith(".zip"):
        cause = "" if is_picture(name) else "Not a picture by its name."
        yield Found(shown(name), None if cause else data, cause)
        return
    with ExitStack() as stack:
        with writing():
            file = stack.enter_context(tempfile.NamedTemporaryFile())
            file.write(data)
            file.flush()
        yield from pictures_in(Path(file.name))


def _add(study_state: StudyState, found: Found, mask: bytes | None) -> None:
    if found.data is None:
        raise XaiError(found.cause)
    if len(study_state.uploaded) >= MAX_PICTURES:
        pair_masks(study_state)  # they are no pictures of it
    if len(study_state.uploaded) >= MAX_PICTURES:
        raise XaiError(f"There are {MAX_PICTURES:,} pictures already.")
    decoding.looked_at(found.data)
    beside = None if mask is None else upload.kept(mask, "pictures")
    study_state.add(Photo(found.name, upload.kept(found.data, "pictures"), beside))
