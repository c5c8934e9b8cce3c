"""What Azure changes: the app runs on many machines there."""

from typing import Final

from orders.settings.environment import Environment

#: Settings that must be set on Azure, and what the app uses without them.
REQUIRED_ON_AZURE: Final = {
    "ORDERS_TABLES": "the order store in SQLite",
    "STRIPE_API_KEY": "the sandbox gateway",
    "CARRIER_URL": "the sandbox carrier",
    "CARRIER_TOKEN": "the sandbox carrier",
    "SMTP_URL": "the sandbox mailer",
    "MAIL_FROM": "the sandbox mailer",
}


def is_on_azure(environment: Environment) -> bool:
    """Whether the app runs on Azure."""
    # Core Tools imitate parts of Azure's environment and announce themselves.
    if environment.get("FUNCTIONS_CORETOOLS_ENVIRONMENT", "").lower() == "true":
        return False
    return any(environment.get(name) for name in ("WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME"))


def refuse_missing(environment: Environment) -> None:
    """Report each setting without which the app would not work on many machines."""
    for name, replacement in REQUIRED_ON_AZURE.items():
        if not environment.get(name):
            environment.refuse(
                name,
                f"{name} must be set on Azure: without it the app would use {replacement}, which"
                " works on one machine only",
            )
