"""Settings and secrets of the app on Azure, as the infrastructure sets them."""

import json
import re

import pytest

from orders.settings.azure import REQUIRED_ON_AZURE
from tests.infra.bicep import INFRA, MAIN, BicepFile, bicep_files, block, parameters_of_azd
from tests.orders.test_environment import documented
from tests.shop import APP

FILES = bicep_files()
MODULES = INFRA / "modules"

#: Settings that Flex Consumption refuses, that break it, or that hold a key.
FORBIDDEN = (
    *("FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION", "WEBSITE_RUN_FROM_PACKAGE"),
    *("WEBSITE_CONTENT", "ENABLE_ORYX_BUILD", "SCM_DO_BUILD_DURING_DEPLOYMENT", "linuxFxVersion"),
    *("AzureWebJobsStorage:", "AccountKey", "listKeys", "listAccountSas", "SharedAccessSignature"),
    *("SystemAssigned", "connectionString:", "blobServiceUri"),
)


def name_of(file: BicepFile) -> str:
    """Return the name of a file."""
    return file.path.name


def app_settings() -> dict[str, str]:
    """Return the settings of the app that are the same everywhere, with their expressions."""
    text = BicepFile(path=MODULES / "app.bicep").text
    body = block(text, text.index("{\n        AzureWebJobsStorage"))
    return dict(line.strip().split(": ", 1) for line in body.strip().splitlines())


def vault_settings() -> dict[str, str]:
    """Return the settings of the app that are secret, with the names of their secrets."""
    text = BicepFile(path=MODULES / "vault.bicep").text
    return dict(re.findall(r"\b([A-Z_]+): '([a-z-]+)'", text))


def test_every_setting_that_azure_requires_is_set() -> None:
    """As a parameter or from the vault."""
    settings = {*app_settings(), *vault_settings()}

    assert {*REQUIRED_ON_AZURE, "ORDERS_ID_SECRET"} <= settings
    assert app_settings()["ORDERS_REQUIRE_IDEMPOTENCY_KEY"] == "'1'"


def test_every_own_setting_is_known() -> None:
    """A misspelled one would have no effect."""
    own = {name for name in (*app_settings(), *vault_settings()) if name.startswith("ORDERS_")}

    assert own <= {*documented()}


def test_settings_of_the_platform_are_those_of_a_development_machine() -> None:
    """What local.settings.json sets for the worker and the host is the same on Azure."""
    local = json.loads((APP / "local.settings.json").read_text("utf-8"))["Values"]
    names = {*local} - {"FUNCTIONS_WORKER_RUNTIME", "AzureWebJobsStorage", "ORDERS_ID_SECRET"}

    assert {name: f"'{local[name]}'" for name in names}.items() <= app_settings().items()


def test_storage_is_accessed_with_the_identity() -> None:
    """By three settings: with a user-assigned identity none of them may be missing."""
    settings = app_settings()

    assert settings["AzureWebJobsStorage__credential"] == "'managedidentity'"
    assert settings["AzureWebJobsStorage__accountName"] == "hostStorageName"
    assert settings["AzureWebJobsStorage__clientId"] == "identityClientId"
    assert settings["AZURE_CLIENT_ID"] == "identityClientId"


@pytest.mark.parametrize("file", FILES, ids=name_of)
@pytest.mark.parametrize("word", FORBIDDEN)
def test_keys_and_settings_of_other_plans_are_not_used(file: BicepFile, word: str) -> None:
    """Access is by identity."""
    assert word not in file.text


def test_settings_that_are_secret_come_from_the_vault() -> None:
    """Their values are secure parameters without a default, and are written to the vault only."""
    secure = {p.name for file in FILES for p in file.parameters if p.is_secure}
    main = BicepFile(path=MAIN)

    assert secure == {"ordersIdSecret", "stripeApiKey", "carrierToken", "smtpUrl"}
    assert len(secure) == len({*vault_settings()} - {"ORDERS_ID_SECRET_PREVIOUS"})
    assert {m.symbol for m in main.modules if secure & {*m.passed}} == {"vault"}
    defaults = re.findall(
        r"@secure\(\)\n(?:@.*\n)*param \w+ string(?: = (.*))?$", main.text, re.MULTILINE
    )
    assert {*defaults} == {"''"}


def test_secrets_are_no_literals() -> None:
    """Neither in the parameters of azd nor in a file."""
    passed = {name: value["value"] for name, value in parameters_of_azd().items()}
    secure = {p.name for p in BicepFile(path=MAIN).parameters if p.is_secure}
    values = re.findall(r"properties: \{ value: (\S+) \}", (MODULES / "vault.bicep").read_text())

    assert [n for n in secure if not re.fullmatch(r"\$\{[A-Z_]+=\}", passed[n])] == []
    assert {*values} == secure
    for text in (file.text for file in FILES):
        assert not re.search(r"sk_(live|test)|rk_(live|test)|smtps?://", text)


def test_references_follow_the_newest_version() -> None:
    """The slash at the end does it, and the app's identity resolves them."""
    reference = "'@Microsoft.KeyVault(SecretUri=${vault.properties.vaultUri}secrets/${name}/)'"

    assert reference in (MODULES / "vault.bicep").read_text("utf-8")
    assert "keyVaultReferenceIdentity: identityId" in (MODULES / "app.bicep").read_text("utf-8")
