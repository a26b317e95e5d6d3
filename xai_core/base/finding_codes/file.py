"""Codes about the file and how it was opened."""

from __future__ import annotations

from collections.abc import Mapping

from xai_core.base.finding_codes.meaning import Meaning

SAVE_AGAIN = "Copy or download the file again, or save the model again."
LOAD_ORIGINAL = "Load the PyTorch model that it was made from."

CODES: Mapping[str, Meaning] = {
    "unknown-format": Meaning(
        "The bytes are of no model format that can be loaded here.",
        "Save the model with `torch.save(model, path)`, or its weights.",
    ),
    "corrupt-file": Meaning("The file is empty, breaks off or is damaged.", SAVE_AGAIN),
    "package-opened": Meaning(
        "The file is a package or an archive; the model in it was opened.",
        "If you mean another one in it, choose that (`--member NAME`).",
    ),
    "several-models": Meaning(
        "The package holds several models, and none was chosen, or one that is not in it.",
        "Choose one by its path in the package (`--member NAME`).",
    ),
    "missing-package": Meaning(
        "A library that reads this kind of file, or runs it, is not installed.",
        "Install it by the line that the message gives, then open the file again.",
    ),
    "inference-format": Meaning(
        "The format holds a graph for prediction only, without gradients.", LOAD_ORIGINAL
    ),
    "needs-trust": Meaning(
        "Loading would run code that the file names.",
        "If you trust its origin, load it with trust (`--trust`); else ask for the weights.",
    ),
    "unsafe-code": Meaning(
        "The file would run, read or write something that no model needs, or breaks a rule that "
        "its writer keeps.",
        "Do not use it; ask for the weights instead. Trust opens a TorchScript file all the same.",
    ),
    "hooks-dropped": Meaning(
        "The file puts functions or layers of its own beside what its layers are made of; without "
        "trust they are left off.",
        "If the results depend on them, save the model without hooks, or load it with trust.",
    ),
    "unsupported-tensor": Meaning(
        "A tensor of the file is of a kind that no layer here computes with: sparse, complex, "
        "nested, without numbers, or larger than its bytes.",
        "Save the model with dense, real tensors (`tensor.to_dense()`).",
    ),
    "missing-code": Meaning(
        "A class that the file needs is not installed here.",
        "Give the Python file that defines it (`--code`) and trust it.",
    ),
    "needs-tensorflow": Meaning(
        "The model runs in TensorFlow, whose environment is not set up.",
        "Run `make tensorflow` once, or install `pedestal[tensorflow]` beside Pedestal; then open "
        "the model again.",
    ),
    "missing-weights": Meaning(
        "The file holds a graph without its weights.",
        "Zip the whole folder of a SavedModel, or freeze the graph.",
    ),
    "graph-nodes": Meaning(
        "The file does not say where the graph begins and ends; these nodes were taken.",
        "If they are the wrong ones, name others (`--architecture 'input:0->output:0'`).",
    ),
    "missing-architecture": Meaning(
        "The file holds weights without a model, and they fit no known architecture.",
        "Name one (`--architecture`), or give a Python file with a function `build()`.",
    ),
    "architecture-found": Meaning(
        "The weights fit a known architecture, tensor by tensor.",
        "Nothing.",
    ),
    "architecture-ambiguous": Meaning(
        "The weights fit several architectures equally; as a warning: not all compute the same.",
        "If the wrong one was taken, name the right one (`--architecture`).",
    ),
    "quantised-model": Meaning(
        "The model, or its weights, are quantised to int8: it predicts, and has no gradient.",
        "Open the model as it was before; occlusion and other methods that only predict run.",
    ),
    "weights-chosen": Meaning(
        "The checkpoint holds several sets of weights for one network, such as an average over "
        "the training; the average was taken, as timm does.",
        "If you mean another one, choose it (`--weights state_dict`).",
    ),
    "input-declared": Meaning(
        "How pictures become inputs was read from the file or one beside it: size, mean, "
        "deviation, crop.",
        "Nothing, if it is what the model was trained with.",
    ),
    "head-assumed": Meaning(
        "The head on a known body was rebuilt from its tensors; as a warning: the activations "
        "between its layers are a guess.",
        "If it was another activation, choose it (`--head-activation gelu` or `none`).",
    ),
    "head-unclear": Meaning(
        "A known body was found, and its head cannot be rebuilt from its tensors alone.",
        "Complete the Python file that `check --write-build FILE` writes, and open with it.",
    ),
    "features-only": Meaning(
        "The file holds a body without a classifier: its outputs are features, not classes.",
        "Explain the similarity to another picture (`--target similarity --target-set "
        "reference=FILE`), or open the file that holds the head, too.",
    ),
    "settings-assumed": Meaning(
        "The network was rebuilt from names and shapes of tensors; settings that leave no tensor "
        "were taken as its library has them.",
        "If it was made otherwise, give a Python file with a function `build()` (`--code`).",
    ),
    "classes-assumed": Meaning(
        "The class names are ImageNet's because there are 1000 outputs; the file names none.",
        "If it was trained on other classes, go by their numbers.",
    ),
    "classes-read": Meaning(
        "The class names were read from a file beside the weights.",
        "Nothing.",
    ),
    "input-form-assumed": Meaning(
        "The file does not say how pictures come in; the usual way of its family was taken.",
        "Give `preprocessor_config.json` with the model, or set the input form.",
    ),
    "configuration-assumed": Meaning(
        "Weights of Hugging Face without `config.json`: the network was built after their shapes, "
        "and what shapes do not say is the library's usual.",
        "Give `config.json` with the weights: the folder, a zip of it, or the files at once.",
    ),
    "input-size-found": Meaning(
        "The file does not say which input shape it takes; one that runs was found by trying.",
        "If it was trained on another shape, give that (`--input-shape`).",
    ),
    "input-form-found": Meaning(
        "The model takes its picture in another form (channels last, flat, uint8 and the like), "
        "and is given it so.",
        "Nothing; maps are of the picture as it was.",
    ),
    "checkpoint-entry": Meaning(
        "The model or the weights were taken from one entry of a checkpoint.",
        "Nothing, if it is the entry that you mean.",
    ),
    "weights-rescued": Meaning(
        "The model's class is missing; its tensors were put into a network that was named instead.",
        "See that this network computes what the original did.",
    ),
    "weights-left-out": Meaning(
        "The file holds tensors that the network has no place for; they were left out.",
        "See that they belong to a part that you do not explain, such as an optimizer.",
    ),
    "precision-changed": Meaning(
        "The numbers in the file are not float32; the model was converted.",
        "Nothing; results can differ slightly from those of the original.",
    ),
    "precision-kept": Meaning(
        "The numbers in the file are not float32, and the model runs in no other precision.",
        "Nothing; maps have that precision.",
    ),
    "baked-in": Meaning(
        "The export kept something of the moment when it was made: a trace's one run, cuts in the "
        "gradient, training mode, a device, one batch size.",
        "Nothing, if the original model is so, too; else export it again as the message says.",
    ),
    "converted-verified": Meaning(
        "The module is a conversion; outputs and gradient were proven on the source runtime.",
        "Nothing.",
    ),
    "converted-unverified": Meaning(
        "The module is a conversion that could not be proven equal to its source.", LOAD_ORIGINAL
    ),
}
