"""The worker process: loads the app and calls its functions, beside the host as on Azure."""
