"""Does the service do what it says? Tests are sentences about behavior and mirror the source."""
