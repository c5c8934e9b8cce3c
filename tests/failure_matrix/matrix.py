"""Matrix of steps and incidents, and the document that shows it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.failure_matrix.incidents import Incident, StepCase, StepT


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Result of one incident at one step."""

    #: The result in a word or two, for the matrix.
    summary: str = "-"
    #: The outcome in full, for the details.
    outcome: str = "-"
    #: What was undone or refunded and what remains, or why the incident is not applicable.
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The texts of a document around its matrix and its details."""

    #: Title and introduction.
    head: str
    #: Each summary with its meaning.
    legend: Mapping[str, str]
    #: Headings of the details: outcome and effect.
    outcome: str
    effect: str

    def render(
        self,
        steps: Sequence[StepT],
        incidents: Sequence[Incident[StepT]],
        cells: Mapping[tuple[StepT, Incident[StepT]], Cell],
    ) -> str:
        """Return the document: matrix, legend, incidents, then the details of each step."""
        groups = dict.fromkeys(incident.group for incident in incidents)
        matrices = [_matrix(steps, _in_group(incidents, group), cells) for group in groups]
        headings = [f"### {group}\n\n" if group else "" for group in groups]
        matrix = "\n".join(map("".join, zip(headings, matrices, strict=True)))
        legend = _table(("cell", "meaning"), self.legend.items())
        descriptions = _table(
            ("incident", "what happens"), ((i.name, i.description) for i in incidents)
        )
        details = "".join(
            f"\n### {_heading(step)}\n\n"
            + _table(
                ("incident", self.outcome, self.effect),
                (
                    (i.name, cells[step, i].outcome, cells[step, i].effect)
                    for i in incidents
                    if _has_row(step, _in_group(incidents, i.group), cells)
                ),
            )
            for step in steps
        )
        return (
            f"{self.head}\n## Matrix\n\n{matrix}\n{legend}\n## Incidents\n\n{descriptions}"
            f"\n## Details\n{details}"
        )


def _in_group(incidents: Sequence[Incident[StepT]], group: str) -> list[Incident[StepT]]:
    return [incident for incident in incidents if incident.group == group]


def _matrix(
    steps: Sequence[StepT],
    incidents: Sequence[Incident[StepT]],
    cells: Mapping[tuple[StepT, Incident[StepT]], Cell],
) -> str:
    """Return the matrix of the steps to which one of the incidents can happen."""
    return _table(
        ("step", "call", *(incident.name for incident in incidents)),
        (
            (_link(step), f"`{step.call}`", *(cells[step, each].summary for each in incidents))
            for step in steps
            if _has_row(step, incidents, cells)
        ),
    )


def _has_row(
    step: StepT,
    incidents: Sequence[Incident[StepT]],
    cells: Mapping[tuple[StepT, Incident[StepT]], Cell],
) -> bool:
    return any(cells[step, incident].outcome != "-" for incident in incidents)


def _heading(step: StepCase) -> str:
    return f"`{step.step.value}`: `{step.call}`"


def _link(step: StepCase) -> str:
    # GitHub makes the anchor of a heading from its word characters.
    anchor = f"{step.step.value}-{step.port}{step.method}".lower()
    return f"[`{step.step.value}`](#{anchor})"


def _table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (header, tuple("---" for _ in header), *rows)
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
