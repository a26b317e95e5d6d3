"""How pictures become inputs, on the model page: what is wrong is told, a preset is taken."""

from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from streamlit.testing.v1 import AppTest

from components.model import details
from components.session.state.workspace import KEY
from tests.components.test_pages import app as app
from tests.components.test_pages import opened, ran, texts
from tests.components.test_uploads import MODEL_PAGE, click, give, network, saved

pytestmark = pytest.mark.xdist_group("app")


def of_12_bit() -> bytes:
    """A picture as a camera of 12 bit has it, in a file of 16."""
    pixels = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint16) * 16
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, pixels, photometric="rgb")
    return buffer.getvalue()


def unfolded(app: AppTest) -> None:
    """Open the tab: a simulated page forgets which one is."""
    app.session_state[details.KEY] = "Input form"
    ran(app)


def test_wrong_numbers_are_told_and_a_tiff_of_16_bit_gets_its_range(app: AppTest) -> None:
    opened(app, MODEL_PAGE)
    give(app, "It is looked into", "small.pt", saved(network()))
    click(app, "Open this model")
    unfolded(app)
    for given, wrong in (("2, 1", True), ("2, 1, 0", False)):
        (field,) = (one for one in app.text_input if one.label == "Channels for the model")
        field.set_value(given)
        click(app, "Use for this model")
        assert ("takes 3 channels; the order names 2" in texts(app)) is wrong
    space = app.session_state[KEY]
    assert space.sources[space.source].spec.order == (2, 1, 0)
    give(app, "PNG, JPEG", "camera.tif", of_12_bit())
    unfolded(app)
    assert "16-bit whole numbers from 0 to 4080; 0 becomes 0 and 65535 becomes 1" in texts(app)
    assert "uses 6.2% of the range" in texts(app)
    click(app, "Find the likely preset")
    unfolded(app)
    (preset,) = (one for one in app.selectbox if one.label == "Preset to take")
    preset.select("values in [−1, 1]")
    click(app, "Take it")
    unfolded(app)
    assert "0 becomes 0 and 4080 becomes 1" in texts(app)
    (chosen,) = (one for one in app.selectbox if one.label == "Value range")
    assert chosen.value == "signed"
