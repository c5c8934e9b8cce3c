"""HTTP interface of the host: the app's routes, the management API, the RPC of the SDK's client."""
