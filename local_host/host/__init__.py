"""The host process: task hub, durable engine, triggers and web server."""
