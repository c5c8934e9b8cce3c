"""Workflows: pinned actions, minimal permissions, and no input that is executed."""

import re
from pathlib import Path

import pytest

from tests.infra.bicep import parameters_of_azd
from tests.shop import APP

WORKFLOWS = sorted((APP / ".github" / "workflows").glob("*.yml"))
DEPLOY = (APP / ".github" / "workflows" / "deploy.yml").read_text("utf-8")

#: The permissions of each job. Whoever may get an identity token can deploy.
PERMISSIONS = {
    "ci.yml": {
        "test": {"contents: read"},
        "index": {"contents: read"},
        "green": set[str](),
    },
    "deploy.yml": {
        "test": {"contents: read"},
        "deploy": {"contents: read", "id-token: write"},
    },
}

_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*")


def jobs(path: Path) -> dict[str, str]:
    """Return the text of each job."""
    text = path.read_text("utf-8").partition("\njobs:\n")[2]
    parts = re.split(r"^  (\w+):\n", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def permissions(job: str) -> set[str]:
    """Return the permissions of a job, without comments."""
    match = re.search(r"^    permissions:(?: \{\}$|\n((?:      .*\n)+))", job, re.MULTILINE)
    assert match, "the job has no permissions of its own"
    lines = (match[1] or "").splitlines()
    return {line.partition("#")[0].strip() for line in lines}


def scripts(text: str) -> list[str]:
    """Return what the steps execute."""
    return re.findall(r"^ +(?:- )?run: (.*\n(?:          .*\n)*)", text, re.MULTILINE)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_commits(path: Path) -> None:
    """With the version in a comment, so that updates can be proposed; one commit an action."""
    used = re.findall(
        r"uses: *(.*)$", "".join(p.read_text("utf-8") for p in WORKFLOWS), re.MULTILINE
    )

    assert re.search("uses: ", path.read_text("utf-8"))
    assert [action for action in used if not _PINNED.fullmatch(action)] == []
    assert len({action.partition("@")[0] for action in used}) == len({*used})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_permissions_are_minimal(path: Path) -> None:
    """None for the workflow, and those of the table for each job."""
    assert "\npermissions: {}\n" in path.read_text("utf-8")
    assert {name: permissions(job) for name, job in jobs(path).items()} == PERMISSIONS[path.name]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_jobs_are_limited(path: Path) -> None:
    """In time; and no checkout leaves its token in the working folder."""
    text = path.read_text("utf-8")

    assert all("    timeout-minutes: " in job for job in jobs(path).values())
    assert text.count("actions/checkout@") == text.count("persist-credentials: false")


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_scripts_contain_no_expressions(path: Path) -> None:
    """An expression in a script is executed; values are passed in the environment."""
    found = scripts(path.read_text("utf-8"))

    assert found
    assert [script for script in found if "${{" in script] == []


def test_deployment_uses_no_stored_credential() -> None:
    """It logs in with a token of this run, and only in a protected environment."""
    deploy = jobs(APP / ".github" / "workflows" / "deploy.yml")["deploy"]

    assert "    environment: ${{ inputs.environment }}\n" in deploy
    assert "--federated-credential-provider github" in deploy
    assert "workflow_dispatch:" in DEPLOY
    assert not re.search(r"client[-_]secret|creds:|publish-profile|push:|pull_request", DEPLOY)


def test_steps_are_in_order() -> None:
    """Test, provision, deploy, check."""
    commands = ["./scripts/test", "azd provision", "azd deploy", "./scripts/smoke"]
    places = [DEPLOY.index(f"{command}") for command in commands]

    assert places == sorted(places)


def test_deployment_passes_what_azd_reads() -> None:
    """Every name in main.parameters.json that has no default, and every secret."""
    values = "".join(str(value["value"]) for value in parameters_of_azd().values())
    required = set(re.findall(r"\$\{([A-Z_]+)\}", values))
    secret = {"ORDERS_ID_SECRET", "STRIPE_API_KEY", "CARRIER_TOKEN", "SMTP_URL"}
    passed = set(re.findall(r"^ +([A-Z_]+): \$\{\{", DEPLOY, re.MULTILINE))

    assert required | secret <= passed
    assert {name for name in passed if f"secrets.{name}" in DEPLOY} == secret
    known = set(re.findall(r"\$\{([A-Z_]+)", values)) | {"SMOKE_ORDER"}
    azure = {"AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_SUBSCRIPTION_ID"}
    assert passed <= known | azure
