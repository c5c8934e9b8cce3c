"""Order store in Azure Tables: for many machines."""
