"""What does the host answer over HTTP? The app's routes, the management API, the SDK's RPC."""
