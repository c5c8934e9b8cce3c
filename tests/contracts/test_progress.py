"""Do people see what is going on?"""

import pytest

from orders.contracts.names import Activity
from orders.contracts.progress import progress


@pytest.mark.parametrize("step", list(Activity))
def test_every_step_has_a_sentence_for_people(step: Activity) -> None:
    """The custom status of each step names it and says it in words."""
    shown = progress(step)

    assert shown["step"] == step.value
    assert shown["text"].endswith(".")
