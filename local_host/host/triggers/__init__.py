"""What starts functions beside HTTP and the durable engine? The clock."""
