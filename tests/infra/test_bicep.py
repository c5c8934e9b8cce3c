"""The infrastructure as code: what can be checked of it without its compiler."""

import re

import pytest

from tests.infra.bicep import INFRA, MAIN, BicepFile, bicep_files, keys, parameters_of_azd
from tests.shop import APP

FILES = bicep_files()
MODULES = INFRA / "modules"

#: The versions that are known to compile. To change one, compile and lint with it first.
VERSIONS = {
    "Microsoft.Authorization/roleAssignments": "2022-04-01",
    "Microsoft.DurableTask/schedulers": "2025-11-01",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Insights/components": "2020-02-02",
    "Microsoft.Insights/diagnosticSettings": "2021-05-01-preview",
    "Microsoft.Insights/metricAlerts": "2018-03-01",
    "Microsoft.Insights/scheduledQueryRules": "2023-12-01",
    "Microsoft.KeyVault/vaults": "2025-05-01",
    "Microsoft.ManagedIdentity/userAssignedIdentities": "2024-11-30",
    "Microsoft.Network/privateDnsZones": "2024-06-01",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "2024-06-01",
    "Microsoft.Network/privateEndpoints": "2025-01-01",
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": "2025-01-01",
    "Microsoft.Network/virtualNetworks": "2025-01-01",
    "Microsoft.OperationalInsights/workspaces": "2025-02-01",
    "Microsoft.Resources/resourceGroups": "2025-04-01",
    "Microsoft.Storage/storageAccounts": "2025-01-01",
    "Microsoft.Web/serverfarms": "2025-03-01",
    "Microsoft.Web/sites": "2025-03-01",
}

#: The roles that are assigned; the compiler accepts any ID.
ROLES = {
    "blobDataOwner": "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
    "queueDataContributor": "974c5e8b-45b9-4653-ba55-5f855dd0fb88",
    "tableDataContributor": "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3",
    "monitoringMetricsPublisher": "3913510d-42f4-4e42-8a64-420c390055eb",
    "secretsUser": "4633458b-17de-408a-b874-0445c86b69e6",
    "secretsOfficer": "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
    "durableTaskDataContributor": "0ad04412-c4d5-4796-b79c-f76d14c8d402",
}

#: Values that the compiler does not check, and that mean something else if they are misspelled.
EXACT = {
    "app.bicep": (
        *("type: 'UserAssigned'", "type: 'blobContainer'", "type: 'UserAssignedIdentity'"),
        *("kind: 'functionapp,linux'", "sku: { name: 'FC1', tier: 'FlexConsumption' }"),
        *("name: 'python'", "name: 'durable'", "name: 'http'", "kind: 'functionapp'"),
        "httpsOnly: true",
    ),
    "storage.bicep": ("allowSharedKeyAccess: false", "allowBlobPublicAccess: false"),
    "vault.bicep": ("enableRbacAuthorization: true", "enablePurgeProtection: true"),
    "monitoring.bicep": ("DisableLocalAuth: true", "disableLocalAuth: true"),
    "scheduler.bicep": ("sku: { name: 'Consumption' }", "ipAllowlist: ['0.0.0.0/0']"),
}


def name_of(file: BicepFile) -> str:
    """Return the name of a file."""
    return file.path.name


def test_every_module_exists_and_is_used() -> None:
    """Under the path that the main file names."""
    used = {(INFRA / module.path).resolve() for module in BicepFile(path=MAIN).modules}

    assert used == set(MODULES.glob("*.bicep"))


def test_every_module_gets_its_parameters() -> None:
    """Those without a default, and no others than it declares."""
    for module in BicepFile(path=MAIN).modules:
        declared = BicepFile(path=INFRA / module.path).parameters
        required = {parameter.name for parameter in declared if not parameter.has_default}

        assert required <= {*module.passed} <= {parameter.name for parameter in declared}
        assert len(module.passed) == len({*module.passed}), module.symbol


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_every_parameter_is_used(file: BicepFile) -> None:
    """Besides its declaration."""
    unused = [p.name for p in file.parameters if len(re.findall(rf"\b{p.name}\b", file.text)) < 2]

    assert file.parameters
    assert unused == []


def test_every_output_that_is_used_exists() -> None:
    """And every output of a module is used."""
    main = BicepFile(path=MAIN)
    outputs = {m.symbol: {*BicepFile(path=INFRA / m.path).outputs} for m in main.modules}
    used = re.findall(r"(\w+)(?:!|\.\?)?\.?outputs\.(\w+)", main.text)

    assert [f"{symbol}.{name}" for symbol, name in used if name not in outputs[symbol]] == []
    paths = {m.path: {n for s, n in used if outputs[s] == outputs[m.symbol]} for m in main.modules}
    assert {p: n for p, n in paths.items() if n != {*BicepFile(path=INFRA / p).outputs}} == {}


def test_parameters_of_azd_are_those_of_the_main_file() -> None:
    """In the same order; only what has a default may be empty."""
    declared = BicepFile(path=MAIN).parameters
    passed = parameters_of_azd()

    assert {*passed} == {parameter.name for parameter in declared}
    optional = {name for name, value in passed.items() if "=" in str(value) or not value["value"]}
    assert optional == {parameter.name for parameter in declared if parameter.has_default}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_api_versions_are_pinned(file: BicepFile) -> None:
    """To those that compile; children have the version of their parent."""
    versions = {r.type: r.version for r in file.resources if r.version or "/" in r.type}

    assert {t: v for t, v in versions.items() if VERSIONS.get(t) != v} == {}


def test_every_pinned_version_is_used() -> None:
    """The table has no row too many."""
    assert {r.type for file in FILES for r in file.resources if r.version} == {*VERSIONS}


def test_roles_have_the_known_ids() -> None:
    """Each under its name; no other ID is in the files."""
    text = "".join(file.text for file in FILES)
    variables = dict(re.findall(r"^var (\w+) = '([0-9a-f-]{36})'$", text, re.MULTILINE))

    assert variables == ROLES
    assert {*re.findall(r"\b[0-9a-f]{8}-[0-9a-f-]{27}\b", text)} == {*ROLES.values()}


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_role_assignments_have_deterministic_names(file: BicepFile) -> None:
    """From scope, principal and role: a repeated deployment assigns nothing twice."""
    pattern = (
        r"'Microsoft\.Authorization/roleAssignments@[^']+' = .*\n(?:  for .*\n)?"
        r" +name: guid\(([\w:]+)\.id, (\w+), (\w+)\)\n +scope: (\S+)\n"
    )
    found = re.findall(pattern, file.text)

    assert len(found) == file.text.count("'Microsoft.Authorization/roleAssignments@")
    assert [scope for named, _, _, scope in found if named != scope] == []
    text = re.sub(r"\s+", " ", file.text)
    for _, principal, role in (match[:3] for match in found):
        definition = f"subscriptionResourceId('Microsoft.Authorization/roleDefinitions', {role})"
        assert f"roleDefinitionId: {definition} principalId: {principal}" in text


@pytest.mark.parametrize("name", EXACT)
def test_values_are_exact(name: str) -> None:
    """The compiler accepts misspelled ones."""
    text = (MODULES / name).read_text("utf-8")

    assert [value for value in EXACT[name] if value not in text] == []


def test_names_fit_their_limits() -> None:
    """Storage accounts and vaults have at most 24 characters, accounts no hyphen."""
    length = len("0123456789abc")  # of uniqueString
    named = dict(re.findall(r"name: '([a-z-]+)\$\{token\}'()", BicepFile(path=MAIN).text))
    accounts = {name for name in named if name.startswith("st")}

    assert accounts == {"sthost", "storders"}
    assert all(len(name) + length <= 24 for name in (*accounts, "kv-"))
    assert "kv-" in named


def test_outputs_are_those_that_azd_reads() -> None:
    """The name of the service, as in azure.yaml and in the tag of the app."""
    assert {"AZURE_LOCATION", "AZURE_RESOURCE_GROUP", "AZURE_KEY_VAULT_NAME"} <= {
        *BicepFile(path=MAIN).outputs
    }
    assert {"SERVICE_ORDERS_NAME", "SERVICE_ORDERS_URI"} <= {*BicepFile(path=MAIN).outputs}
    assert "'azd-service-name': 'orders'" in BicepFile(path=MAIN).text
    assert re.search(
        r"^  orders:.*\n    project: \.\n    language: py\n    host: function\n",
        (APP / "azure.yaml").read_text("utf-8"),
        re.MULTILINE,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\n  a: 1\n  b: { c: 2 }\n  d: x\n    ? { e: 3 }\n    : {}\n", ["a", "b", "d"]),
        (" a: f(b: 1), c: 'd: {'", ["a", "c"]),
        ("", []),
    ],
)
def test_keys_of_an_object_are_found(text: str, expected: list[str]) -> None:
    """Those of inner objects and of texts are not."""
    assert keys(text) == expected
