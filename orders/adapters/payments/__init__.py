"""Payment gateways: Stripe and the sandbox."""
