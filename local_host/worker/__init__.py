"""Who runs the app's functions? The language worker: a process beside the host, as on Azure."""
