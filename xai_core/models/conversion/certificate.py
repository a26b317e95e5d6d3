"""What a conversion was measured against, and whether it held."""

from __future__ import annotations

from dataclasses import dataclass

from xai_core.base.finding import Finding


@dataclass(frozen=True)
class Certificate:
    """A converted module against the source runtime.

    Attributes:
        logit_error: largest difference of the outputs, relative to their largest value; infinite
            where they cannot be compared.
        top1_agreement: share of samples on which both name the same class.
        finite_difference_error: largest relative error of the module's gradient against finite
            differences of the source runtime; None where none could be judged.
        samples: inputs that were compared.
        why_not: the reason in a sentence where `passed` is False. late: it is that time ran out.
    """

    logit_error: float
    top1_agreement: float
    finite_difference_error: float | None
    samples: int
    converter: str
    version: str
    passed: bool
    why_not: str | None = None
    late: bool = False

    @property
    def unmeasured(self) -> bool:
        """The outputs agree, and only the gradient could not be measured."""
        return self.finite_difference_error is None and self.top1_agreement == 1

    @property
    def figures(self) -> str:
        """The measurements in one line."""
        error = self.finite_difference_error
        measured = "not measured" if error is None else f"{error:.2g}"
        return (
            f"largest output difference {self.logit_error:.2g} of the output's size, "
            f"same top class on {self.top1_agreement:.0%} of {self.samples} inputs, "
            f"gradient against finite differences of the source runtime: relative error {measured}"
        )


def findings_of(certificate: Certificate) -> Finding:
    """`converted-verified` (info), or `converted-unverified` (error) with the reason."""
    by = f"{certificate.converter} {certificate.version}"
    if certificate.passed:
        return Finding(
            "converted-verified",
            "info",
            f"Converted by {by} and proven equal to the original: {certificate.figures}.",
        )
    return Finding(
        "converted-unverified",
        "error",
        f"Converted by {by}, but not proven equal to the original: {certificate.why_not} "
        f"Measured: {certificate.figures}.",
        "Load the model that the file was made from; with this file only Occlusion works.",
    )
