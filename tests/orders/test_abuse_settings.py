"""Settings against abuse: live keys, test modes, signed-in operators, quotas."""

import pytest

from orders.domain.errors import InvalidSettingsError
from orders.domain.quotas import QuotaPolicy
from orders.settings.partners import StripeAccess
from orders.settings.settings import Settings
from tests.orders.test_environment import ON_AZURE
from tests.orders.test_settings import CARRIER, SECRET, STRIPE


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        (
            {**SECRET, "ORDERS_REFUND_SECOND_OPERATOR_ABOVE": "-1"},
            "ORDERS_REFUND_SECOND_OPERATOR_ABOVE",
        ),
        ({**SECRET, "ORDERS_QUOTA_PER_EMAIL": "-1"}, "ORDERS_QUOTA_PER_EMAIL"),
        ({**SECRET, "ORDERS_QUOTA_PER_CLIENT": "many"}, "ORDERS_QUOTA_PER_CLIENT"),
        ({**SECRET, "ORDERS_QUOTA_PER_PAYMENT_METHOD": "1.5"}, "ORDERS_QUOTA_PER_PAYMENT_METHOD"),
        ({**SECRET, "ORDERS_TRUSTED_PROXIES": "10"}, "ORDERS_TRUSTED_PROXIES must be .* 0 to 9"),
        ({**SECRET, **CARRIER, "CARRIER_TEST_MODE": "yes"}, "CARRIER_TEST_MODE"),
    ],
)
def test_invalid_setting_is_named(environment: dict[str, str], name: str) -> None:
    """In the message of the error."""
    with pytest.raises(InvalidSettingsError, match=name):
        Settings.from_env(environment)


@pytest.mark.parametrize(
    ("key", "is_live"),
    [
        ("sk_live_1", True),
        ("rk_live_1", True),
        ("sk_1", True),
        ("sk_test_1", False),
        ("rk_test_1", False),
        ("sk_org_test_1", False),
    ],
)
def test_key_of_stripe_is_live_unless_it_says_test(key: str, *, is_live: bool) -> None:
    """A key of an unknown form may move money."""
    assert StripeAccess(api_key=key).is_live is is_live


def test_carrier_has_a_test_mode() -> None:
    """The setting says that nothing is shipped; by default the carrier is real."""
    real = Settings.from_env({**SECRET, **CARRIER}).carrier
    test = Settings.from_env({**SECRET, **CARRIER, "CARRIER_TEST_MODE": "1"}).carrier

    assert real is not None
    assert test is not None
    assert (real.is_test, test.is_test) == (False, True)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"WEBSITE_AUTH_ENABLED": "True", "WEBSITE_SITE_NAME": "shop"}, True),
        ({"WEBSITE_AUTH_ENABLED": "true", "WEBSITE_INSTANCE_ID": "i"}, True),
        ({"WEBSITE_AUTH_ENABLED": "False", "WEBSITE_SITE_NAME": "shop"}, False),
        ({"WEBSITE_SITE_NAME": "shop"}, False),
        ({"WEBSITE_AUTH_ENABLED": "true"}, False),
    ],
)
def test_platform_authenticates_only_on_azure(
    environment: dict[str, str], *, expected: bool
) -> None:
    """And only if its authentication is switched on."""
    partners = {**ON_AZURE, "WEBSITE_SITE_NAME": ""}

    settings = Settings.from_env({**partners, **environment})

    assert settings.has_authentication is expected


def test_quotas_apply_by_default_to_live_payments() -> None:
    """Test cards are shared by everybody; each quota can be set, 0 removes it."""
    live = {**SECRET, "STRIPE_API_KEY": "sk_live_planted"}
    own = {
        "ORDERS_QUOTA_PER_CLIENT": "0",
        "ORDERS_QUOTA_PER_PAYMENT_METHOD": "3",
        "ORDERS_QUOTA_PER_EMAIL": "7",
    }

    assert Settings.from_env(SECRET).quotas == QuotaPolicy()
    assert Settings.from_env({**SECRET, **STRIPE}).quotas == QuotaPolicy()
    assert Settings.from_env(live).quotas == QuotaPolicy(
        per_client=100, per_payment_method=10, per_email=10
    )
    for environment in (SECRET, live):
        assert Settings.from_env({**environment, **own}).quotas == QuotaPolicy(
            per_payment_method=3, per_email=7
        )


@pytest.mark.parametrize(("text", "limit"), [("", None), ("0", 0), ("50000", 50000)])
def test_second_operator_is_off_by_default(text: str, limit: int | None) -> None:
    """0 means that every refund needs one."""
    settings = Settings.from_env({**SECRET, "ORDERS_REFUND_SECOND_OPERATOR_ABOVE": text})

    assert settings.refund_alone_up_to == limit
    assert Settings.from_env(SECRET).refund_alone_up_to is None


def test_no_proxy_is_trusted_by_default() -> None:
    """Their number is a setting."""
    assert Settings.from_env(SECRET).trusted_proxies == 0
    assert Settings.from_env({**SECRET, "ORDERS_TRUSTED_PROXIES": "2"}).trusted_proxies == 2
